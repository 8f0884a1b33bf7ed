"""Access tokens: opaque, or JWTs as RFC 9068 has them for clients that ask; either way recorded."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from joserfc import jwt
from joserfc.jwk import Key

from auth_service.models import AccessToken
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.scope import audience_of
from auth_service.protocol.subject import subject_for

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

PREFIX = "gat_"


def new_family() -> str:
    """A name for all that will come from one authorization."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Authorization:
    """What tokens are made from: who allowed the client what, and when they signed in."""

    sub: str | None
    scope: list[str]
    #: Ties together all that comes from one authorization, so that it can fall together.
    family: str = field(default_factory=new_family)
    session_id: str | None = None
    auth_time: datetime | None = None
    amr: tuple[str, ...] = ()
    acr: str | None = None
    nonce: str | None = None
    #: The `claims` parameter (OIDC Core §5.5), as JSON.
    claims: str | None = None


def issue_access_token(
    server: "AuthorizationServer", client: RegisteredClient, authorization: Authorization, scope: list[str]
) -> str:
    """Make and record an access token; `scope` may be less than what was authorized. Returns the token."""
    now = server.clock.now()
    expires_at = now + server.settings.access_token_lifetime
    audience = client.audience or audience_of(server.settings.issuer, scope)
    token_format = client.access_token_format or "opaque"
    token, key = generate_secret(PREFIX), None
    if token_format == "jwt":
        key = server.keys.signing_key("ES256")
        token = _encode(server, key, client, authorization.sub, scope, audience, now, expires_at)
    document = {
        "_id": hash_secret(token),
        "client_id": client.client_id,
        "sub": authorization.sub,
        "scope": " ".join(scope),
        "aud": audience,
        "family": authorization.family,
        "session_id": authorization.session_id,
        "issued_at": now,
        "expires_at": expires_at,
        "format": token_format,
    }
    if authorization.claims is not None:
        document["claims"] = authorization.claims
    if authorization.sub and (told := subject_for(server, client, authorization.sub)) != authorization.sub:
        document["client_sub"] = told
    if key is not None:
        document["kid"] = key.kid  # by which it is revoked if the key has to be
    AccessToken.record(document)
    return token


def _encode(
    server: "AuthorizationServer",
    key: Key,
    client: RegisteredClient,
    sub: str | None,
    scope: list[str],
    audience: list[str],
    now: datetime,
    expires_at: datetime,
) -> str:
    """RFC 9068 §2: header `typ: at+jwt`, and the claims that a resource server must find."""
    claims = {
        "iss": server.settings.issuer,
        "sub": sub or client.client_id,
        "aud": audience,
        "client_id": client.client_id,
        "scope": " ".join(scope),
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key, ["ES256"])
