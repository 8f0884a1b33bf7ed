"""Refresh tokens (RFC 6749 §6): recorded by their hash; rotation is the grant's (`grants.refresh_token`)."""

from typing import TYPE_CHECKING

from auth_service.models import RefreshToken
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.scope import OFFLINE_ACCESS

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

PREFIX = "grt_"


def issue_refresh_token(
    server: "AuthorizationServer", client: RegisteredClient, authorization: Authorization
) -> str:
    """Make and record a refresh token for all of the authorized scope. Returns the token."""
    now = server.clock.now()
    token = generate_secret(PREFIX)
    RefreshToken._get_collection().insert_one(
        {
            "_id": hash_secret(token),
            "client_id": client.client_id,
            "sub": authorization.sub,
            "scope": " ".join(authorization.scope),
            "aud": [],
            "family": authorization.family,
            "session_id": authorization.session_id,
            "auth_time": authorization.auth_time,
            "amr": list(authorization.amr),
            "acr": authorization.acr,
            "claims": authorization.claims,
            "offline": OFFLINE_ACCESS in authorization.scope,
            "issued_at": now,
            "expires_at": now + server.settings.refresh_token_lifetime,
            "rotated_at": None,
        }
    )
    return token
