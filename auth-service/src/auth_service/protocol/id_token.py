"""The id_token (OIDC Core §2, §3.1.3.6, §3.3.2.11): issued to clients, and read when it comes back as a hint."""

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from auth_service.models import User
from auth_service.protocol import claims_request
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.encryption import encrypt, find_key
from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.signed_jwt import NotOurs, sign, verify
from auth_service.protocol.standard_claims import SCOPE_OF, claims_of
from auth_service.protocol.subject import sid_for, subject_for

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

DEFAULT_ALG = "RS256"

#: What every id_token says of itself and of the sign-in, where it is known.
CLAIMS = ("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "c_hash")


def issue_id_token(
    server: "AuthorizationServer",
    client: RegisteredClient,
    authorization: Authorization,
    *,
    access_token: str | None = None,
    code: str | None = None,
) -> str:
    """An id_token as the client registered it: signed, and encrypted if asked; bound to what comes beside it.

    `azp` is left out: the client is the only audience (OIDC Core §2).
    """
    alg = client.id_token_signed_response_alg or DEFAULT_ALG
    alone = access_token is None and code is None
    claims = {
        **about_the_person(authorization, authorization.scope if alone else []),
        **about_the_sign_in(server, client, authorization),
        "at_hash": access_token and half_hash(access_token, alg),
        "c_hash": code and half_hash(code, alg),
    }
    token = sign(server, alg, {name: value for name, value in claims.items() if value is not None})
    if client.id_token_encrypted_response_alg is None:
        return token
    return encrypt(
        server.remote_documents,
        client,
        token,
        client.id_token_encrypted_response_alg,
        client.id_token_encrypted_response_enc,
    )


def check_can_be_issued(server: "AuthorizationServer", client: RegisteredClient) -> None:
    """That there are the keys for it, of which one may have to be fetched from the client; raises ProtocolError."""
    server.keys.signing_key(client.id_token_signed_response_alg or DEFAULT_ALG)
    if client.id_token_encrypted_response_alg is not None:
        find_key(server.remote_documents, client, client.id_token_encrypted_response_alg)


def about_the_sign_in(
    server: "AuthorizationServer", client: RegisteredClient, authorization: Authorization
) -> dict[str, Any]:
    """Who says it to whom of whom, for how long, and how the person signed in; None for what is not known."""
    now = server.clock.now()
    auth_time, session_id = authorization.auth_time, authorization.session_id
    return {
        "iss": server.settings.issuer,
        "sub": subject_for(server, client, str(authorization.sub)),
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + server.settings.id_token_lifetime).timestamp()),
        "auth_time": auth_time and int(auth_time.timestamp()),
        "nonce": authorization.nonce,
        "acr": authorization.acr,
        "amr": list(authorization.amr) or None,
        "sid": session_id and sid_for(server, client, session_id),
    }


def about_the_person(authorization: Authorization, scopes: list[str]) -> dict[str, Any]:
    """OIDC Core §5.4, §5.5: the claims asked for by name; and the scopes' where no access token will get them."""
    requested = claims_request.load(authorization.claims).id_token
    if not any(claim in requested or scope in scopes for claim, scope in SCOPE_OF.items()):
        return {}
    user = User.read(authorization.sub)
    return claims_of(user, scopes, requested) if user else {}


def half_hash(text: str, alg: str) -> str:
    """OIDC Core §3.1.3.6, §3.3.2.11: the left half of the hash that the signature uses; Ed25519's is SHA-512."""
    digest = hashlib.new("sha512" if alg == "EdDSA" else "sha256", text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def read_hint(server: "AuthorizationServer", client: RegisteredClient | None, text: str) -> dict[str, Any]:
    """The claims of an id_token that this server gave to the client, or to anyone for None; expired ones are good.

    OIDC Core §3.1.2.1, RP-Initiated Logout §4. Raises InvalidRequest for what is not that: also for an encrypted
    id_token, which only the client can open.
    """
    try:
        claims = verify(server, text)
    except NotOurs as error:
        raise InvalidRequest("id_token_hint is not valid", f"id_token_hint: {error}") from None
    # A signed userinfo answer has no `exp`, and another server's or client's id_token names others.
    if claims.get("iss") != server.settings.issuer or not {"sub", "aud", "iat", "exp"} <= claims.keys():
        raise InvalidRequest("id_token_hint is not valid", "id_token_hint: not an id_token of this server")
    if client is not None and claims["aud"] != client.client_id:
        raise InvalidRequest("id_token_hint is not valid", "id_token_hint: given to another client")
    return claims
