"""Back-channel logout (OIDC Back-Channel Logout §2.5): logout tokens are delivered from a queue in MongoDB.

Every process of every replica works on it. A delivery is claimed by one, for a lease; whoever dies with it leaves
it to the others. What fails is tried again, later and later, for about six hours.
"""

from collections.abc import Iterable
from datetime import timedelta
from random import SystemRandom
from threading import Event
from typing import TYPE_CHECKING, Any

import structlog

from auth_service.models.logout_delivery import DELIVERED, FAILED, PENDING, REFUSED, LogoutDelivery
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.errors import ProtocolError
from auth_service.protocol.logout.logout_token import make_logout_token
from auth_service.protocol.logout.single_sign_out import finish_left_behind
from auth_service.protocol.remote_document import RemoteDocumentError, RemoteDocuments

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

log = structlog.get_logger("logout")

#: Longer than any attempt takes: `remote_document` cuts it off well before.
LEASE = timedelta(minutes=1)

MAX_ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
#: Each pause is so many times the one before, and longer or shorter by a quarter, so that what failed together
#: does not come back together.
GROWTH = 3
JITTER = 0.25

#: §2.8: done, or done with nothing to say; 400 is the client's own no. Anything else is a fault that may pass.
STATUS_AFTER = {200: DELIVERED, 204: DELIVERED, 400: REFUSED}
#: Outcomes of an attempt after which another is made.
AGAIN = UNANSWERED, UNWILLING = "unanswered", "unwilling"

_random = SystemRandom()


class Deliveries:
    """The queue as one process sees it."""

    def __init__(self, server: "AuthorizationServer") -> None:
        self._server = server
        #: Its own: neither do its calls wait behind those of requests, nor requests' behind them.
        self.documents = RemoteDocuments(server.settings, server.clock)
        #: Set whenever this process has queued something, for the thread that works on it.
        self.waiting = Event()

    def queue(self, clients: Iterable[RegisteredClient], session_id: str, sub: str) -> None:
        """Queue a delivery to each client that registered `backchannel_logout_uri`."""
        now = self._server.clock.now()
        for client in clients:
            if client.backchannel_logout_uri:
                LogoutDelivery.enqueue(session_id, client.client_id, sub, now)
                self.waiting.set()

    def start_again(self, delivery_id: str) -> dict[str, Any] | None:
        """Queue a delivery anew, with all of its attempts; returns its record, None if there is none."""
        document = LogoutDelivery.start_again(delivery_id, self._server.clock.now())
        self.waiting.set()
        return document

    def work_once(self) -> int:
        """Deliver all that is due, one after the other; returns how many attempts that were."""
        finish_left_behind(self._server)
        attempts = 0
        while (claimed := LogoutDelivery.claim_due(self._server.clock.now(), LEASE)) is not None:
            self._attempt(claimed)
            attempts += 1
        return attempts

    def _attempt(self, claimed: dict[str, Any]) -> None:
        """Make one attempt and write down what came of it."""
        try:
            status, result = self._deliver(claimed)
        except Exception as error:
            # A fault of ours with this one: those behind it must not wait until it is mended.
            log.exception(
                "back_channel_logout_fault", delivery=claimed["_id"], client_id=claimed["client_id"]
            )
            status, result = UNWILLING, f"internal fault: {type(error).__name__}"
        now = self._server.clock.now()
        due_at = now + pause_after(claimed["attempts"]) if status in AGAIN else now
        if status == UNANSWERED:
            # Each would wait for the whole time-out, and all other clients behind them.
            LogoutDelivery.share_failure(claimed["client_id"], result, now, due_at)
        if status in AGAIN:
            status = PENDING if claimed["attempts"] < MAX_ATTEMPTS else FAILED
        LogoutDelivery.settle(claimed, status, result, now, due_at)
        log.info(
            "back_channel_logout",
            delivery=claimed["_id"],
            client_id=claimed["client_id"],
            attempt=claimed["attempts"],
            status=status,
            result=result,
        )

    def _deliver(self, claimed: dict[str, Any]) -> tuple[str, str]:
        """Send a fresh token; returns the status that follows from it, or why to try again, and the reason."""
        if claimed["attempts"] > MAX_ATTEMPTS:  # whoever had it died, or the client has not answered others
            return FAILED, claimed.get("result") or "no attempt came to an end"
        client = self._server.clients.read(claimed["client_id"])
        if client is None or not client.backchannel_logout_uri:
            return FAILED, "the client is gone, or takes no logout tokens any more"
        try:
            token = make_logout_token(self._server, self.documents, client, claimed["sub"], claimed["sid"])
            answer = self.documents.post(client.backchannel_logout_uri, {"logout_token": token})
        except ProtocolError as error:  # the client's keys cannot be had, or do not fit
            return UNWILLING, error.reason
        except RemoteDocumentError as error:
            return UNANSWERED, error.reason
        return STATUS_AFTER.get(answer, UNWILLING), f"HTTP status {answer}"


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    pause = min(FIRST_PAUSE * GROWTH ** (attempts - 1), LONGEST_PAUSE)
    return pause * _random.uniform(1 - JITTER, 1 + JITTER)
