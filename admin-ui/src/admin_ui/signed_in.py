"""Who is signed in, with which tokens, and what these allow."""

from dataclasses import asdict, dataclass, replace

from flask import g, session

from admin_ui.openid_connect import TokenReply


@dataclass(frozen=True)
class Person:
    """Somebody signed in; `access_expires_at` is in seconds since the epoch."""

    sub: str
    name: str
    scope: str
    access_token: str
    access_expires_at: int
    refresh_token: str | None
    id_token: str | None

    @classmethod
    def from_login(cls, reply: TokenReply, sub: str, name: str) -> "Person":
        """The person that a verified id_token stands for."""
        return cls(
            sub=sub,
            name=name[:80],  # bounded, for the cookie's sake
            scope=reply.scope,
            access_token=reply.access_token,
            access_expires_at=reply.expires_at,
            refresh_token=reply.refresh_token,
            id_token=reply.id_token,
        )

    def with_tokens(self, reply: TokenReply) -> "Person":
        """The same person after a refresh."""
        return replace(
            self,
            scope=reply.scope or self.scope,
            access_token=reply.access_token,
            access_expires_at=reply.expires_at,
            refresh_token=reply.refresh_token or self.refresh_token,
            id_token=reply.id_token or self.id_token,
        )

    @property
    def may_read(self) -> bool:
        """Whether everything may be seen: an administrator's token."""
        return "admin:read" in self.scope.split()

    @property
    def may_write(self) -> bool:
        """Whether everything may be changed."""
        return "admin:write" in self.scope.split()

    @property
    def may_own(self) -> bool:
        """Whether this person may manage the clients that they own."""
        return "clients:own" in self.scope.split()

    @property
    def may_change_clients(self) -> bool:
        """Whether clients may be changed: all of them or the person's own."""
        return self.may_write or (self.may_own and not self.may_read)


def remember(person: Person) -> None:
    """Keep the person in the session."""
    session["person"] = asdict(person)
    g.person = person


def forget() -> None:
    """End the session: nobody is signed in any more."""
    session.clear()
    g.person = None


def current_person() -> Person | None:
    """Who is signed in, or None."""
    if "person" not in g:
        stored = session.get("person")
        g.person = Person(**stored) if stored else None
    person: Person | None = g.person
    return person
