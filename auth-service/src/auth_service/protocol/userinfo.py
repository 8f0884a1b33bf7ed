"""The userinfo endpoint (OIDC Core §5.3): what the access token allows, as JSON or as a JWT (§5.3.2)."""

import json
from typing import TYPE_CHECKING, Any

from auth_service.models import User
from auth_service.protocol import claims_request
from auth_service.protocol.bearer_token import BearerError, BearerToken, find_bearer_token
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.encryption import encrypt
from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.reply import Reply
from auth_service.protocol.signed_jwt import sign
from auth_service.protocol.standard_claims import claims_of
from auth_service.protocol.subject import subject_for

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

_HEADERS = [("Cache-Control", "no-store")]


def userinfo(server: "AuthorizationServer", token: str) -> Reply:
    """The answer to a good access token, in the form that its client registered; raises BearerError."""
    bearer = find_bearer_token(server, token)
    if "openid" not in bearer.scopes:
        raise BearerError(
            403, "insufficient_scope", "The access token lacks the scope openid", scope="openid"
        )
    user = User.read(bearer.sub)
    client = server.clients.find(bearer.client_id)
    if user is None or client is None:
        raise BearerError(401, "invalid_token", "The user or the client is gone or disabled")
    return present(server, client, claims_for(server, client, user, bearer))


def claims_for(
    server: "AuthorizationServer", client: RegisteredClient, user: dict[str, Any], bearer: BearerToken
) -> dict[str, Any]:
    """What the scopes and the `claims` parameter ask for, and always `sub`."""
    requested = claims_request.load(bearer.claims).userinfo
    return {"sub": subject_for(server, client, user["_id"]), **claims_of(user, bearer.scopes, requested)}


def present(server: "AuthorizationServer", client: RegisteredClient, claims: dict[str, Any]) -> Reply:
    """OIDC Core §5.3.2: plain JSON, or a JWT that is signed, encrypted, or first the one and then the other."""
    signing, encryption = client.userinfo_signed_response_alg, client.userinfo_encrypted_response_alg
    if signing is None and encryption is None:
        return Reply(200, claims, _HEADERS)
    claims = {**claims, "iss": server.settings.issuer, "aud": client.client_id}
    text = sign(server, signing, claims) if signing else json.dumps(claims)
    if encryption is not None:
        enc = client.userinfo_encrypted_response_enc
        try:
            text = encrypt(server.remote_documents, client, text, encryption, enc, nested=signing is not None)
        except InvalidRequest as error:
            raise BearerError(400, error.error, error.description) from None
    return Reply(200, text, [*_HEADERS, ("Content-Type", "application/jwt")])
