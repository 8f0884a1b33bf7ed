"""One attempt to sign in, bound to the browser that began it by an encrypted cookie of its own.

Tabs are independent: each attempt's cookie is named after its `state`, and lasts ten minutes.
"""

import hashlib
import hmac
from dataclasses import asdict, dataclass

from authlib.common.security import generate_token
from flask import Request, Response

from admin_ui.cookies import CookieRules
from admin_ui.sealed_cookie import CookieSealer
from admin_ui.settings import Settings

LIFETIME = 600  # seconds
MOST = 8  # attempts that one browser may have open


@dataclass(frozen=True)
class LoginAttempt:
    """What must come back unchanged: state (RFC 6749 §10.12), nonce, and the PKCE verifier to redeem with."""

    state: str
    nonce: str
    code_verifier: str
    next_path: str
    started_at: int

    @classmethod
    def start(cls, next_path: str, now: int) -> "LoginAttempt":
        """A new attempt with values that nobody can guess."""
        return cls(generate_token(43), generate_token(43), generate_token(64), next_path, now)


class LoginAttempts:
    """Keeps attempts in the browser's cookies."""

    def __init__(self, settings: Settings) -> None:
        self._sealer = CookieSealer(settings.secret_key.get_secret_value(), "login attempt")
        self._rules = CookieRules(settings)

    def keep(self, attempt: LoginAttempt, request: Request, response: Response) -> None:
        """Set the attempt's cookie; too many open ones are dropped, so that headers stay small."""
        prefix = self._rules.name("login_")
        open_attempts = [name for name in request.cookies if name.startswith(prefix)]
        for name in open_attempts if len(open_attempts) >= MOST else []:
            self._rules.delete(response, "login_" + name.removeprefix(prefix))
        self._rules.set(response, _kind(attempt.state), self._sealer.seal(asdict(attempt)), LIFETIME)

    def find(self, state: str, request: Request, now: int) -> LoginAttempt | None:
        """The attempt that this browser began with this state; None for a stranger's, used or old one."""
        sealed = self._sealer.unseal(request.cookies.get(self._rules.name(_kind(state)), ""))
        if sealed is None:
            return None
        attempt = LoginAttempt(**sealed)
        if not hmac.compare_digest(attempt.state.encode(), state.encode()):
            return None
        return attempt if now - attempt.started_at < LIFETIME else None

    def forget(self, state: str, response: Response) -> None:
        """Delete the attempt's cookie: each is good for one callback."""
        self._rules.delete(response, _kind(state))


def _kind(state: str) -> str:
    return "login_" + hashlib.sha256(state.encode()).hexdigest()[:16]
