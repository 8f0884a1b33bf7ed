"""The browser session: who is signed in, since when, and how that begins and ends.

It is kept on the server (`models/session.py`). The cookie is a random id of which only the SHA-256 is stored;
it changes whenever somebody signs in or out, so that an id planted beforehand is worth nothing (fixation).
"""

from datetime import datetime
from typing import cast

from flask import g, request
from flask import session as flask_session

from auth_service.models import User
from auth_service.protocol.logout.single_sign_out import EndedSession, end_session
from auth_service.web.current import server
from auth_service.web.session_store import BrowserSession


def current_user() -> User | None:
    """Who is signed in; None if nobody is, or if the account is gone or disabled. One read a request."""
    if "current_user" not in g:
        g.current_user = User.load(_session().sub)
    return cast("User | None", g.current_user)


def auth_time() -> datetime | None:
    """When the person last proved who they are (OIDC Core §2, `auth_time`), or None."""
    return _session().auth_time if current_user() else None


def amr() -> tuple[str, ...]:
    """How the person proved who they are (RFC 8176); empty unless somebody is signed in."""
    return tuple(_session().amr) if current_user() else ()


def session_public_id() -> str | None:
    """The session's name in tokens and logs; None unless somebody is signed in."""
    return _session().public_id if current_user() else None


def sign_in(user: User, amr: list[str]) -> EndedSession | None:
    """Begin a session for the user, under a new id; `amr` says how they proved it (RFC 8176).

    The same person again keeps the session's public id and its clients; another person gets a session of their
    own, and the one that was there ends with all that belongs to its end: it is returned.
    """
    session = _session()
    ended = sign_out() if session.sub not in (None, user.id) else None
    session.start(user, amr, request.user_agent.string)
    g.current_user = user
    g.pop("csrf_token", None)  # it belonged to the session that was
    return ended


def sign_out() -> EndedSession | None:
    """End the session, here and for the clients that took part in it; None if nobody was signed in.

    Its id opens nothing any more.
    """
    session = _session()
    ended = end_session(server(), session.public_id) if session.sub and session.public_id else None
    session.end()
    g.current_user = None
    g.pop("csrf_token", None)
    return ended


def _session() -> BrowserSession:
    """The request's session itself, not Flask's proxy for it."""
    return cast(BrowserSession, flask_session._get_current_object())  # type: ignore[attr-defined]
