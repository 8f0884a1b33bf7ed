"""The session, which lives in one encrypted cookie: who is signed in, the CSRF token, forms used up, messages."""

from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from admin_ui.clock import Clock
from admin_ui.cookies import CookieRules
from admin_ui.sealed_cookie import CookieSealer, TooLarge
from admin_ui.settings import Settings
from admin_ui.token_refresh import TokenRefresh

WITHOUT_SESSION = ("/health", "/admin/static/")
SEEN_EVERY = 60  # seconds; how exactly idle time is measured, so that not every answer sets a cookie


class Session(CallbackDict[str, Any], SessionMixin):
    """A dictionary that notices changes; `started_at` and `seen_at` are in seconds since the epoch."""

    def __init__(self, content: dict[str, Any], started_at: int, seen_at: int) -> None:
        def note_change(_: object) -> None:
            """Remember that the cookie has to be set."""
            self.modified = True

        super().__init__(content, note_change)
        self.started_at = started_at
        self.seen_at = seen_at
        self.modified = False

    def restart(self, now: int) -> None:
        """Forget everything and begin anew: at sign-in, so that nothing of before is carried over."""
        self.clear()
        self.started_at = self.seen_at = now


class SealedCookieSessions(SessionInterface):
    """Opens and saves sessions; ends them after idle time and, whatever happens, after an absolute time."""

    def __init__(self, settings: Settings, clock: Clock, token_refresh: TokenRefresh) -> None:
        self._sealer = CookieSealer(settings.secret_key.get_secret_value(), "session")
        self._rules = CookieRules(settings)
        self._idle = settings.session_idle_lifetime
        self._absolute = settings.session_absolute_lifetime
        self._clock = clock
        self._token_refresh = token_refresh

    def open_session(self, app: Flask, request: Request) -> Session:
        """The cookie's session if it is ours and in time, else an empty one."""
        now = self._clock.now()
        if request.path.startswith(WITHOUT_SESSION):
            return Session({}, now, now)
        sealed = self._sealer.unseal(request.cookies.get(self._rules.name("session"), ""))
        if sealed is None or now >= self._ends_at(sealed["started_at"], sealed["seen_at"]):
            return Session({}, now, now)
        return Session(sealed["content"], sealed["started_at"], sealed["seen_at"])

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie when something changed or time passed; delete it when the session is empty."""
        if not isinstance(session, Session):
            return
        now = self._clock.now()
        response.vary.add("Cookie")
        if not session:
            if session.modified:
                self._rules.delete(response, "session")
            return
        if session.modified or now - session.seen_at >= SEEN_EVERY:
            self._keep_newest_tokens(session)
            self._rules.set(
                response,
                "session",
                self._seal(session, now),
                max_age=self._ends_at(session.started_at, now) - now,
            )

    def _keep_newest_tokens(self, session: Session) -> None:
        """Let no slow request put back tokens that a sibling has meanwhile exchanged."""
        if person := session.get("person"):
            session["person"] = self._token_refresh.newest(person)

    def _seal(self, session: Session, now: int) -> str:
        sealed = {"content": dict(session), "started_at": session.started_at, "seen_at": now}
        try:
            return self._sealer.seal(sealed)
        except TooLarge:  # a long id_token, which merely spares a question at sign-out, or long messages
            kept = {key: session[key] for key in ("csrf_token", "person", "used_forms") if key in session}
            if "person" in kept:
                kept["person"] = {**kept["person"], "id_token": None}
            return self._sealer.seal({**sealed, "content": kept})

    def _ends_at(self, started_at: int, seen_at: int) -> int:
        return min(started_at + self._absolute, seen_at + self._idle)
