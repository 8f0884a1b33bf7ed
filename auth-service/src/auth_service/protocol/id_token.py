"""The id_token (OIDC Core §2, §3.1.3.6)."""

from typing import TYPE_CHECKING

from authlib.oidc.core.util import create_half_hash
from joserfc import jwt

from auth_service.protocol.access_token import Authorization
from auth_service.protocol.client import RegisteredClient

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer


def issue_id_token(
    server: "AuthorizationServer", client: RegisteredClient, authorization: Authorization, access_token: str
) -> str:
    """Sign an id_token for the client, with the algorithm that it registered and the current key."""
    alg = client.id_token_signed_response_alg or "RS256"
    key = server.keys.signing_key(alg)
    now = server.clock.now()
    claims = {
        "iss": server.settings.issuer,
        "sub": authorization.sub,
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + server.settings.id_token_lifetime).timestamp()),
        "at_hash": create_half_hash(access_token, alg).decode().rstrip("="),
    }
    if authorization.auth_time is not None:
        claims["auth_time"] = int(authorization.auth_time.timestamp())
    if authorization.amr:
        claims["amr"] = list(authorization.amr)
    if authorization.nonce is not None:
        claims["nonce"] = authorization.nonce
    return jwt.encode({"alg": alg, "kid": key.kid}, claims, key, [alg])
