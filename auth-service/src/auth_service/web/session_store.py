"""How Flask's session is read from and written to the collection `sessions`."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from auth_service.clock import Clock
from auth_service.models import Session, User
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.settings import Settings

#: A session in which nobody is signed in: it holds a form's CSRF token, for as long as forms stay open.
ANONYMOUS_LIFETIME = timedelta(minutes=30)

#: How exactly `seen_at` is kept: more would cost a write a page.
SEEN_EVERY = timedelta(minutes=1)


class BrowserSession(SessionMixin):
    """A dictionary of strings on a stored `Session`, which is read when it is first asked for."""

    def __init__(self, cookie: str | None, now: datetime) -> None:
        self.cookie = cookie
        self.now = now
        self.modified = False
        #: Ids of sessions that this one takes the place of.
        self.replaced: list[str] = []
        self.written = False
        #: Who signed in in this request, as they were when that was checked.
        self.signed_in: User | None = None
        self._document: Session | None = None
        self._loaded = cookie is None

    @property
    def document(self) -> Session | None:
        """The stored session, or None: no cookie came, or one that is forged or whose session has ended."""
        if not self._loaded:
            self._loaded = True
            found = Session.objects(id=hash_secret(self.cookie or "")).first()
            self._document = found if found and found.is_alive_at(self.now) else None
        return self._document

    @property
    def sub(self) -> str | None:
        """The subject of who signed in, or None."""
        return self.document.sub if self.document else None

    @property
    def auth_time(self) -> datetime | None:
        """When they signed in, or None."""
        return self.document.auth_time if self.document else None

    @property
    def amr(self) -> list[str]:
        """How they proved who they are."""
        return list(self.document.amr) if self.document else []

    @property
    def public_id(self) -> str | None:
        """The session's public name, or None while there is no session."""
        return self.document.public_id if self.document else None

    @property
    def was_read(self) -> bool:
        """Whether this request depended on the session; one that did not is not written back."""
        return self._loaded and self._document is not None

    def start(self, user: User, amr: list[str], user_agent: str) -> None:
        """Put a session of this person in place of the one there was."""
        previous = self.document
        self.end()
        document = self._create()
        if previous and previous.sub == user.id:
            document.public_id, document.clients = previous.public_id, previous.clients
        document.sub, document.amr, document.auth_time = user.id, amr, self.now
        self.signed_in = user
        document.user_agent = user_agent[:256]

    def end(self) -> None:
        """Give up the stored session, if there is one."""
        if self.document:
            self.replaced.append(self.document.id)
        self.cookie, self._document, self.modified = None, None, True

    def __getitem__(self, key: str) -> Any:
        return self._data()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        (self.document or self._create()).data[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._data()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._data())

    def __len__(self) -> int:
        return len(self._data())

    def _data(self) -> dict[str, Any]:
        return self.document.data if self.document else {}

    def _create(self) -> Session:
        """Begin a session in memory under a new random cookie."""
        self.cookie = generate_secret()
        self._document = Session(
            id=hash_secret(self.cookie), public_id=secrets.token_urlsafe(16), created_at=self.now
        )
        self._loaded = self.modified = True
        return self._document


class MongoSessionInterface(SessionInterface):
    """Opens the session that the cookie names, and saves what a request changed of it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.idle = settings.session_idle_lifetime
        self.absolute = settings.session_absolute_lifetime
        self.secure = settings.secure_cookies
        #: `__Host-` keeps other hosts of the domain, and plain http, from setting it (RFC 6265bis §4.1.3.2). With the
        #: port in its name two servers on one host do not take it from each other (RFC 6265 §8.5).
        port = urlsplit(settings.issuer).port
        self.cookie_name = (
            ("__Host-" if self.secure else "") + "gatehouse_session" + (f"_{port}" if port else "")
        )

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """The session of the request; nothing is read until somebody asks."""
        # Programs send no cookies at all: nothing to parse then.
        cookie = request.cookies.get(self.cookie_name) if "Cookie" in request.headers else None
        return BrowserSession(cookie, self.clock.now())

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed, and the cookie if the id did."""
        session = cast(BrowserSession, session)
        if session.accessed:
            response.vary.add("Cookie")
        if session.written:  # this is the error page for a write that failed
            return
        session.written = True
        if session.was_read and session.document:
            self._save(session, session.document, response)
        elif session.replaced:
            response.delete_cookie(
                self.cookie_name, path="/", secure=self.secure, httponly=True, samesite="Lax"
            )
        for session_id in session.replaced:
            remove(session_id, session.document.clients if session.document else [])

    def _save(self, session: BrowserSession, document: Session, response: Response) -> None:
        is_new = document.seen_at is None
        if not (is_new or session.modified or session.now - document.seen_at >= SEEN_EVERY):
            return
        document.seen_at = session.now
        document.absolute_expires_at = document.absolute_expires_at or document.created_at + self.absolute
        idle = self.idle if document.sub else ANONYMOUS_LIFETIME
        document.expires_at = min(session.now + idle, document.absolute_expires_at)
        if is_new:
            document.save(force_insert=True)
            if session.signed_in and not session.signed_in.may_still_sign_in():
                # Checking a password takes a while. It was reset meanwhile, before this session was there to be ended.
                document.delete()
            response.set_cookie(
                self.cookie_name,
                session.cookie or "",
                path="/",
                secure=self.secure,
                httponly=True,
                samesite="Lax",
            )
        else:  # no upsert: a session that ended meanwhile stays ended
            Session.objects(id=document.id, ended_at=None).update_one(
                set__data=document.data, set__seen_at=document.seen_at, set__expires_at=document.expires_at
            )


def remove(session_id: str, known_clients: list[str]) -> None:
    """Remove a record after the one that takes its place was written; an ended one goes when that is done.

    A client that was noted in the old record since it was read goes into the new one of the same person.
    """
    old = Session._get_collection().find_one_and_delete({"_id": session_id, "ended_at": None}) or {}
    for client_id in set(old.get("clients", ())) - set(known_clients):
        Session.note_client(old["public_id"], client_id)
