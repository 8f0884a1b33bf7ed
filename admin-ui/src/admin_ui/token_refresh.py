"""Quiet renewal of access tokens, each refresh token redeemed once.

Refresh tokens rotate and a reused one revokes its whole family (RFC 9700 §4.14.2), so of several requests
that come at once with the same session only one may ask; the others wait and take its answer.
"""

import hashlib
import threading
from collections.abc import Callable
from typing import Any

from admin_ui.clock import Clock
from admin_ui.openid_connect import TokenReply

KEPT_FOR = 60  # seconds that an answer stays for siblings which still carry the old token


class _Redemption:
    """One refresh token's exchange: locked while under way, then its answer."""

    def __init__(self, started_at: int) -> None:
        self.lock = threading.Lock()
        self.started_at = started_at
        self.reply: TokenReply | None = None


class TokenRefresh:
    """Redeems refresh tokens; keeps answers in memory under the hash of the token that was exchanged."""

    def __init__(self, redeem: Callable[[str], TokenReply], clock: Clock) -> None:
        self._redeem = redeem
        self._clock = clock
        self._lock = threading.Lock()
        self._redemptions: dict[str, _Redemption] = {}

    def refresh(self, refresh_token: str) -> TokenReply:
        """New tokens for the refresh token; raises what the redemption raises."""
        redemption = self._find_or_start(refresh_token)
        with redemption.lock:
            if redemption.reply is None:
                redemption.reply = self._redeem(refresh_token)
            return redemption.reply

    def newest(self, person: dict[str, Any]) -> dict[str, Any]:
        """The stored person with the tokens that followed theirs, if they were exchanged."""
        while (token := person.get("refresh_token")) and (reply := self._reply_to(token)):
            person = {
                **person,
                "access_token": reply.access_token,
                "access_expires_at": reply.expires_at,
                "refresh_token": reply.refresh_token,
                "id_token": reply.id_token or person["id_token"],
                "scope": reply.scope or person["scope"],
            }
        return person

    def _reply_to(self, refresh_token: str) -> TokenReply | None:
        with self._lock:
            redemption = self._redemptions.get(_key(refresh_token))
        if redemption is None or redemption.reply is None or redemption.reply.refresh_token == refresh_token:
            return None
        return redemption.reply

    def _find_or_start(self, refresh_token: str) -> _Redemption:
        now = self._clock.now()
        with self._lock:
            for key, old in list(self._redemptions.items()):
                if now - old.started_at > KEPT_FOR:
                    del self._redemptions[key]
            return self._redemptions.setdefault(_key(refresh_token), _Redemption(now))


def _key(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()
