"""The logout token (OIDC Back-Channel Logout §2.4): tells a client that a person's session has ended."""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.encryption import encrypt
from auth_service.protocol.id_token import DEFAULT_ALG
from auth_service.protocol.remote_document import RemoteDocuments
from auth_service.protocol.signed_jwt import sign
from auth_service.protocol.subject import sid_for, subject_for

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"

#: §4: two minutes at most are recommended.
LIFETIME = timedelta(minutes=2)


def make_logout_token(
    server: "AuthorizationServer",
    documents: RemoteDocuments,
    client: RegisteredClient,
    sub: str,
    session_id: str,
) -> str:
    """A fresh logout token, in the client's own terms: its `sub` and `sid`, its algorithms; never a `nonce`.

    Encrypted where its id_tokens are (§2.4), to a key that `documents` fetches if need be; raises InvalidRequest if
    the client has none.
    """
    now = server.clock.now()
    claims = {
        "iss": server.settings.issuer,
        "sub": subject_for(server, client, sub),
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        "jti": secrets.token_urlsafe(16),
        "events": {EVENT: {}},
        "sid": sid_for(server, client, session_id),
    }
    token = sign(server, client.id_token_signed_response_alg or DEFAULT_ALG, claims, TYP)
    if client.id_token_encrypted_response_alg is None:
        return token
    return encrypt(
        documents,
        client,
        token,
        client.id_token_encrypted_response_alg,
        client.id_token_encrypted_response_enc,
    )
