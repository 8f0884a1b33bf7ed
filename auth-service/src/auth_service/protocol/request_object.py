"""Request objects (RFC 9101, OIDC Core §6): parameters of an authorization request that the client has signed."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from auth_service.protocol import client_jwt
from auth_service.protocol.client_jwt import BadClientJwt, ClientJwt
from auth_service.protocol.errors import InvalidRequest, InvalidRequestObject, InvalidRequestUri
from auth_service.protocol.remote_document import RemoteDocumentError
from auth_service.protocol.request import OAuthRequest, Parameters
from auth_service.protocol.response_type import normalise

if TYPE_CHECKING:
    from auth_service.protocol.client import RegisteredClient
    from auth_service.protocol.server import AuthorizationServer

#: How old a fetched object may be.
MAX_AGE = timedelta(minutes=1)
MAX_BYTES = client_jwt.MAX_LENGTH
#: The parameters that bring an object, and that none may contain (RFC 9101 §4).
CARRIERS = ("request", "request_uri")
#: Claims of the JWT itself, which are no parameters.
_JWT_CLAIMS = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})


def apply(server: "AuthorizationServer", request: OAuthRequest) -> None:
    """Check the request object that came, and put its parameters in the place of those that came beside it.

    `request.client` is known. Raises InvalidRequestObject, InvalidRequestUri, or InvalidRequest for both at once.
    """
    by_value, by_reference = (request.get(name) for name in CARRIERS)
    if by_value is not None and by_reference is not None:
        raise InvalidRequest("request and request_uri were both sent")
    text = by_value if by_reference is None else fetch(server, request.client, by_reference)
    if text is None:
        return
    try:
        token = client_jwt.parse(text, types=("oauth-authz-req+jwt",))
        check_signature(server, request.client, token)
        check_claims(server, request, token.claims)
    except BadClientJwt as error:
        # The reason is a rule's name: whoever builds a client is told what to mend.
        raise InvalidRequestObject(f"The request object: {error.reason}") from None
    request.payload = Parameters(effective_parameters(request, token.claims))


def fetch(server: "AuthorizationServer", client: "RegisteredClient", uri: str) -> str:
    """The object behind a registered URI (RFC 9101 §5.2.2, OIDC Core §6.2); raises InvalidRequestUri.

    A fragment is the hash of the object: one that is not that of what we remember says that it has changed.
    """
    location, fragment = urldefrag(uri)
    registered = client.request_uris or ()
    if uri not in registered and location not in registered:
        raise InvalidRequestUri("request_uri is not registered for this client")
    documents = server.remote_documents
    try:
        found = documents.get(location, max_bytes=MAX_BYTES, max_age=MAX_AGE).content
        if fragment and fragment != hash_of(found):
            found = documents.get(location, max_bytes=MAX_BYTES, max_age=MAX_AGE, anew=True).content
        return found.decode("ascii").strip()
    except RemoteDocumentError as error:
        # The reason may tell of our network: it is for the operator alone.
        raise InvalidRequestUri(
            "The document at request_uri could not be fetched", f"request_uri: {error.reason}"
        ) from None
    except UnicodeDecodeError:
        raise InvalidRequestObject("The request object: not a JWS in compact form") from None


def check_signature(server: "AuthorizationServer", client: "RegisteredClient", token: ClientJwt) -> None:
    """Signed as the client registered; unsigned only if it registered that and its profile has it."""
    registered = client.request_object_signing_alg
    if token.alg != "none":
        client_jwt.verify(server, client, token, registered)
    elif registered != "none":
        raise BadClientJwt("not signed, and the client is not registered for alg none")
    elif not client.profile.unsigned_request_objects:
        raise BadClientJwt(f"not signed, which the security profile {client.profile.name} refuses")
    elif token.is_signed:
        raise BadClientJwt("alg is none, and there is a signature")


def check_claims(server: "AuthorizationServer", request: OAuthRequest, claims: dict[str, Any]) -> None:
    """RFC 9101 §4, §6.3: from this client, for us, in time, and a request; raises BadClientJwt."""
    client_id = request.client.client_id
    if any(name in claims for name in CARRIERS):
        raise BadClientJwt("contains request or request_uri")
    if claims.get("iss", client_id) != client_id:
        raise BadClientJwt("iss is not the client_id")
    if "aud" in claims and server.settings.issuer not in client_jwt.audiences(claims):
        raise BadClientJwt("aud is not the issuer")
    if claims.get("sub") == client_id:
        # RFC 9101 §10.8: that is what an assertion looks like, which was made for another purpose.
        raise BadClientJwt("sub is the client_id, as in a client assertion")
    client_jwt.check_times(claims, server.clock.now())
    must_name = request.client.profile.request_object_stands_alone
    if (must_name or "client_id" in claims) and claims.get("client_id") != client_id:
        raise BadClientJwt("client_id is not the one of the request")
    beside, inside = request.get("response_type"), claims.get("response_type")
    if not must_name and None not in (beside, inside) and normalise(str(beside)) != normalise(str(inside)):
        raise BadClientJwt("response_type is not the one of the request")


def effective_parameters(request: OAuthRequest, claims: dict[str, Any]) -> list[tuple[str, str]]:
    """What holds: the object's parameters, and where the profile has it so, what came beside it and is not there."""
    inside = {
        name: as_parameter(value)
        for name, value in claims.items()
        if name not in _JWT_CLAIMS and value is not None
    }
    if request.client.profile.request_object_stands_alone:
        return list(inside.items())
    beside = {name: value for name, value in request.payload.data.items() if name not in CARRIERS}
    return list((beside | inside).items())


def as_parameter(value: Any) -> str:
    """A claim as the parameter that it stands for: a string as it is, anything else as JSON (OIDC Core §6.1)."""
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidRequestObject("The request object: has half a character") from None
    return text


def hash_of(content: bytes) -> str:
    """OIDC Core §6.2: base64url of the SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
