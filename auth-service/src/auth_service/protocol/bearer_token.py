"""Bearer tokens at this server's own resources: userinfo and the admin API (RFC 6750)."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auth_service.models import AccessToken
from auth_service.models.secret import hash_secret

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

_B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_MAX_LENGTH = 8192
_FIELDS = dict.fromkeys(("client_id", "sub", "scope", "aud", "expires_at", "claims"), 1)


class BearerError(Exception):
    """A refusal (RFC 6750 §3.1). `code` is None when no token came: then no error is told."""

    def __init__(self, status: int, code: str | None, description: str, scope: str | None = None) -> None:
        super().__init__(description)
        self.status, self.code, self.description, self.scope = status, code, description, scope

    def challenge(self) -> str:
        """The WWW-Authenticate header's value."""
        parts = ['Bearer realm="gatehouse"']
        if self.code is not None:
            parts += [f'error="{self.code}"', f'error_description="{self.description}"']
        if self.scope is not None:
            parts.append(f'scope="{self.scope}"')
        return ", ".join(parts)


@dataclass(frozen=True)
class BearerToken:
    """A good token: whose it is and what it is for. `sub` is None for a client's own."""

    client_id: str
    sub: str | None
    scopes: frozenset[str]
    audience: tuple[str, ...]
    #: The `claims` parameter (OIDC Core §5.5) that was allowed with it, as JSON, or None.
    claims: str | None = None


def read_token(authorization: str | None, in_body: list[str]) -> str:
    """RFC 6750 §2: the token of the header or of a form's body, from one place only; raises BearerError."""
    if not in_body:
        return read_header(authorization)
    if authorization is not None or len(in_body) > 1:
        raise BearerError(400, "invalid_request", "The access token was sent more than once")
    return _check_token(in_body[0])


def read_header(authorization: str | None) -> str:
    """RFC 6750 §2.1: the token of an Authorization header, after one space or more; raises BearerError."""
    if authorization is None:
        raise BearerError(401, None, "No access token was sent")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise BearerError(401, None, "No access token was sent")
    return _check_token(token.lstrip(" "))


def _check_token(token: str) -> str:
    """RFC 6750 §2.1: the characters that a token has."""
    if len(token) > _MAX_LENGTH or not _B64TOKEN.fullmatch(token):
        raise BearerError(400, "invalid_request", "The access token is malformed")
    return token


def find_bearer_token(server: "AuthorizationServer", token: str) -> BearerToken:
    """The token's record; raises BearerError `invalid_token` if it is unknown, revoked or expired."""
    found = AccessToken._get_collection().find_one({"_id": hash_secret(token)}, _FIELDS)
    if found is None or found["expires_at"] <= server.clock.now():
        raise BearerError(401, "invalid_token", "The access token is unknown, expired or revoked")
    return BearerToken(
        client_id=found["client_id"],
        sub=found["sub"],
        scopes=frozenset(found["scope"].split()),
        audience=tuple(found["aud"]),
        claims=found.get("claims"),
    )
