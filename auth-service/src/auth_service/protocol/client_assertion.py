"""Client authentication by an assertion (RFC 7523 §2.2, §3; OIDC Core §9): private_key_jwt, client_secret_jwt."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from joserfc.jwk import OctKey

from auth_service.models import UsedJti
from auth_service.protocol import client_jwt
from auth_service.protocol.client_jwt import SKEW, BadClientJwt, ClientJwt
from auth_service.protocol.client_secret import sealed_secrets
from auth_service.protocol.errors import InvalidClient
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.sealed import Unsealable

if TYPE_CHECKING:
    from auth_service.protocol.client import RegisteredClient
    from auth_service.protocol.server import AuthorizationServer

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: The methods, and what each may be signed with.
ALGORITHMS = {"private_key_jwt": client_jwt.ALGORITHMS, "client_secret_jwt": ("HS256",)}
#: For how long an assertion may be good, in seconds; for as long its id must be remembered.
MAX_LIFETIME = 3600
MAX_JTI_LENGTH = 255


def read(request: OAuthRequest) -> tuple[str, ClientJwt] | None:
    """Whose assertion came with the request, by its own claim; None where none came. Raises InvalidClient."""
    assertion, kind = request.get("client_assertion"), request.get("client_assertion_type")
    if assertion is None and kind is None:
        return None
    if assertion is None or kind != TYPE:
        raise InvalidClient("client_assertion without its type, or of another type")
    try:
        token = client_jwt.parse(assertion, types=("client-authentication+jwt",))
    except BadClientJwt as error:
        raise InvalidClient(f"client assertion: {error.reason}") from None
    client_id = token.claims.get("sub")
    # Half of a surrogate pair is good JSON, and nothing that could be looked up.
    if not isinstance(client_id, str) or not client_id.isascii() or token.claims.get("iss") != client_id:
        raise InvalidClient("client assertion: iss and sub are not both the client_id")
    if request.get("client_id") not in (None, client_id):
        raise InvalidClient("client assertion: client_id is another client's")
    return client_id, token


def check(
    server: "AuthorizationServer", client: "RegisteredClient", token: ClientJwt, request: OAuthRequest
) -> str:
    """The method by which the client has proved who it is; raises InvalidClient. The assertion is used up."""
    method = client.token_endpoint_auth_method
    if method not in ALGORITHMS:
        raise InvalidClient(f"used a client assertion, registered for {method}")
    try:
        check_signature(server, client, token, method)
    except BadClientJwt as error:
        raise InvalidClient(f"{method}: {error.reason}") from None
    try:
        check_claims(server, client, token, request)
    except BadClientJwt as error:
        # It is the client that asks, beyond doubt: it may be told what is wrong.
        raise InvalidClient(f"{method}: {error.reason}", f"The client assertion: {error.reason}") from None
    return method


def check_signature(
    server: "AuthorizationServer", client: "RegisteredClient", token: ClientJwt, method: str
) -> None:
    """Signed with the client's key, by an algorithm of the method and the one that it registered, if any."""
    if token.alg not in ALGORITHMS[method]:
        raise BadClientJwt("alg is not one of this method")
    registered = client.token_endpoint_auth_signing_alg
    if method == "private_key_jwt":
        client_jwt.verify(server, client, token, registered)
        return
    if registered is not None and token.alg != registered:
        raise BadClientJwt(f"signed by {token.alg}, registered for {registered}")
    keys = [OctKey.import_key(secret) for secret in secrets_of(server, client)]
    if not any(client_jwt.is_signed_with(token, key) for key in keys):
        raise BadClientJwt("the signature is not good")


def secrets_of(server: "AuthorizationServer", client: "RegisteredClient") -> list[str]:
    """The client's secrets themselves, those that are valid: two while one replaces the other. Raises BadClientJwt."""
    try:
        sealed = sealed_secrets(server, client.metadata)
    except Unsealable as error:
        raise BadClientJwt(str(error)) from None
    if not sealed:
        raise BadClientJwt("the client has no secret that a MAC could be checked with")
    now = server.clock.now()
    valid = [secret for secret in sealed if client.matching_secret(secret, now) is not None]
    if not valid:
        raise BadClientJwt("the client's secret has expired or was replaced")
    return valid


def check_claims(
    server: "AuthorizationServer", client: "RegisteredClient", token: ClientJwt, request: OAuthRequest
) -> None:
    """RFC 7523 §3: for us, in time, and for the first time; raises BadClientJwt."""
    now = server.clock.now()
    check_audience(server, client, token, request)
    client_jwt.check_times(token.claims, now)
    expires = client_jwt.numeric_date(token.claims, "exp")
    if expires is None:
        raise BadClientJwt("exp is missing")
    if expires > now.timestamp() + MAX_LIFETIME + SKEW.total_seconds():
        raise BadClientJwt(f"exp is more than {MAX_LIFETIME} seconds from now")
    jti = token.claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_LENGTH:
        raise BadClientJwt(f"jti is missing or longer than {MAX_JTI_LENGTH}")
    # Last, so that what is refused for another reason is not used up.
    if not UsedJti.use(client.client_id, jti, datetime.fromtimestamp(expires, UTC) + SKEW):
        raise BadClientJwt("jti was used before")


def check_audience(
    server: "AuthorizationServer", client: "RegisteredClient", token: ClientJwt, request: OAuthRequest
) -> None:
    """RFC 7523 §3 (3): us. Where the profile wants it, the issuer and nobody else: then what a client signs for
    one server is no use at another that it was told is the same endpoint.
    """
    issuer, named = server.settings.issuer, client_jwt.audiences(token.claims)
    if client.profile.assertion_audience_is_issuer_only:
        if named != [issuer]:
            raise BadClientJwt("aud must be the issuer alone")
        return
    ours = {issuer, f"{issuer}/oauth/token", issuer + urlsplit(request.uri).path}
    if ours.isdisjoint(named):
        raise BadClientJwt("aud is neither the issuer nor this endpoint")
