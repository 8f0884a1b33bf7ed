"""The answer that every strategy gives, and the interface that it gives it through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, Self


@dataclass(frozen=True, slots=True)
class Introspection:
    """A token that the authorization server issued: who holds it, for whom, for what and until when."""

    client_id: str
    sub: str | None  # None for client credentials: nobody but the client itself
    scopes: frozenset[str]
    audience: tuple[str, ...]
    expires_at: datetime
    #: The person as the client knows them, where that is not `sub`: pairwise subjects (OIDC Core §8.1).
    client_sub: str | None = None

    @property
    def sub_for_client(self) -> str | None:
        """Whom to call the person before the client: never `sub` where it knows them by another name."""
        return self.client_sub or self.sub

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> Self:
        """Read an introspection response (RFC 7662 §2.2) or a JWT's claims (RFC 9068 §2.2).

        KeyError or ValueError when a member that Gatehouse always sends is missing or misshapen.
        """
        client_id, sub, scope, audience = claims["client_id"], claims["sub"], claims["scope"], claims["aud"]
        if isinstance(audience, str):
            audience = [audience]
        client_sub = claims.get("client_sub")
        if not isinstance(audience, list) or not all(
            isinstance(text, str) for text in (client_id, sub, scope, *audience, client_sub or "")
        ):
            raise ValueError("client_id, sub, scope, aud and client_sub must be strings")
        return cls(
            client_id=client_id,
            sub=None if sub == client_id else sub,  # RFC 9068 §2.2: such a token stands for the client itself
            scopes=frozenset(scope.split()),
            audience=tuple(audience),
            expires_at=moment(claims["exp"]),
            client_sub=client_sub,
        )


class Introspector(Protocol):
    """A way to learn what a token stands for."""

    #: What this strategy cannot see, for the people who choose it; empty when it sees everything.
    blind_spots: str

    def introspect(self, token: str) -> Introspection | None:
        """None when the token is unknown, revoked or forged; raises IntrospectionUnavailable."""
        ...


class IntrospectionUnavailable(Exception):
    """The token could not be checked, through no fault of its holder; the message is for the operator."""


def moment(epoch_seconds: Any) -> datetime:
    """A NumericDate (RFC 7519 §2) as a datetime; ValueError when it is not one."""
    if isinstance(epoch_seconds, bool) or not isinstance(epoch_seconds, int | float):
        raise ValueError("not a number")
    try:
        return datetime.fromtimestamp(epoch_seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("out of range") from error
