"""The end of a session, whatever ends it: everything that follows is done here, and nothing is forgotten.

One write marks the session as ended; from then on it opens nothing. Its record stays until its clients are in the
queue of deliveries and its tokens are revoked. If this process dies in between, another finds the record.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from auth_service.models import Session
from auth_service.models.revocation import revoke_session
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.logout.participants import participants

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

log = structlog.get_logger("logout")

#: After how long what was left unfinished is finished by somebody else.
_LEFT_BEHIND = timedelta(seconds=30)


@dataclass(frozen=True)
class EndedSession:
    """A session that was just ended: its public id, and the clients that took part in it."""

    session_id: str
    clients: list[RegisteredClient] = field(default_factory=list)


def end_session(server: "AuthorizationServer", session_id: str) -> EndedSession:
    """End the session of this public id; without clients if somebody else has ended it."""
    clients: dict[str, RegisteredClient] = {}
    for document in _end_all(server, {"public_id": session_id}):
        clients |= {client.client_id: client for client in finish(server, document)}
    return EndedSession(session_id, list(clients.values()))


def end_sessions_of(server: "AuthorizationServer", sub: str) -> int:
    """End every session of a person; returns how many that were."""
    ended = _end_all(server, {"sub": sub})
    for document in ended:
        finish(server, document)
    return len(ended)


def finish_left_behind(server: "AuthorizationServer") -> int:
    """Finish what processes that died have left; returns how many sessions that were."""
    before = server.clock.now() - _LEFT_BEHIND
    left = list(Session._get_collection().find({"ended_at": {"$lte": before}}).limit(100))
    for document in left:
        finish(server, document)
    return len(left)


def finish(server: "AuthorizationServer", document: dict[str, Any]) -> list[RegisteredClient]:
    """Queue the deliveries, revoke the tokens, and only then let the record go. May be done twice.

    Returns the clients that took part.
    """
    clients = participants(server, document.get("clients", ()))
    if document.get("sub") is not None:
        server.deliveries.queue(clients, document["public_id"], document["sub"])
    revoked = revoke_session(document["public_id"])
    Session._get_collection().delete_one({"_id": document["_id"]})
    log.info(
        "session_ended",
        session_id=document["public_id"],
        sub=document.get("sub"),
        clients=len(clients),
        revoked=revoked,
    )
    return clients


def _end_all(server: "AuthorizationServer", condition: dict[str, Any]) -> list[dict[str, Any]]:
    ended = []
    while (document := Session.end_one(condition, server.clock.now())) is not None:
        ended.append(document)
    return ended
