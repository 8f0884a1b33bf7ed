"""Authorization requests (RFC 6749 §4.1.1, OIDC Core §3.1.2.1): checked, kept while the person is asked, resumed.

A request is kept once it is known to be good; the browser carries only its id.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from auth_service.models import AuthorizationRequest, User
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol import authentication_request, request_object
from auth_service.protocol.authorization_response import check_state
from auth_service.protocol.errors import InvalidClient, InvalidRequest
from auth_service.protocol.request import OAuthRequest

if TYPE_CHECKING:
    from auth_service.protocol.grants.authorization_grant import AuthorizationGrant
    from auth_service.protocol.server import AuthorizationServer

PATH = "/oauth/authorize"

#: What is kept of a request; unknown parameters are ignored (RFC 6749 §3.1). A request object is not among them:
#: what stood in it took the place of what came beside it, and is kept as that. Neither is `id_token_hint`, a token.
PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    *authentication_request.PARAMETERS,
)


def validate(server: "AuthorizationServer", request: OAuthRequest) -> "AuthorizationGrant":
    """Check a request; returns the grant that will answer it.

    Raises ProtocolError. Until `request.validated_redirect_uri` is set, an error must be shown to the person
    and never sent on: whoever made the link chose the address (RFC 9700 §4.11).
    """
    find_client(server, request)
    if request.get("request") is not None or request.get("request_uri") is not None:
        open_request_object(server, request)
    request.validated_redirect_uri = find_redirect_uri(request)
    request.reject_repeated()
    check_state(request)
    grant = server.get_authorization_grant(request)
    grant.validate_authorization_request()
    authentication_request.check(server, request)
    return grant


def find_client(server: "AuthorizationServer", request: OAuthRequest) -> None:
    """Set `request.client`; raises InvalidRequest or InvalidClient."""
    if len(request.payload.datalist.get("client_id", [])) > 1:
        raise InvalidRequest("client_id was sent more than once")
    client_id = request.require("client_id")
    request.client = server.clients.read(client_id)
    if request.client is None:
        raise InvalidClient("no such client, or it is disabled", "The client is not known to this server")


def open_request_object(server: "AuthorizationServer", request: OAuthRequest) -> None:
    """RFC 9101 §6: put what stands in the request object in the place of what came beside it.

    A refusal goes to the redirect URI that came beside it, if that is a registered one. Afterwards nothing is
    known of where to answer: the object may name another.
    """
    try:
        request.validated_redirect_uri = find_redirect_uri(request)
    except InvalidRequest:
        request.validated_redirect_uri = None
    request.reject_repeated()
    request_object.apply(server, request)
    request.validated_redirect_uri = None


def find_redirect_uri(request: OAuthRequest) -> str:
    """The redirect URI to answer at: the registered one that was named, or the only one there is."""
    if len(request.payload.datalist.get("redirect_uri", [])) > 1:
        raise InvalidRequest("redirect_uri was sent more than once")
    presented = request.get("redirect_uri")
    if presented is None:
        default = request.client.get_default_redirect_uri()
        if default is None:
            raise InvalidRequest(
                "Missing parameter: redirect_uri (the client has not exactly one registered)"
            )
        return default
    if not request.client.check_redirect_uri(presented):
        raise InvalidRequest("redirect_uri is not registered for this client, character by character")
    return presented


def store(server: "AuthorizationServer", request: OAuthRequest) -> str:
    """Keep a request that `validate` has passed; returns the id that the browser carries."""
    now = server.clock.now()
    request_id = generate_secret()
    AuthorizationRequest(
        id=hash_secret(request_id),
        client_id=request.client.client_id,
        parameters={name: request.get(name) for name in PARAMETERS if request.get(name) is not None},
        redirect_uri=request.validated_redirect_uri,
        scope=request.scope,
        hinted_subject=request.hinted_subject,
        login_name=authentication_request.login_name(request),
        created_at=now,
        expires_at=now + server.settings.authorization_request_lifetime,
    ).save(force_insert=True)
    return request_id


def load(request_id: str | None, now: datetime) -> AuthorizationRequest | None:
    """The kept request of that id, or None if there is none or it has expired."""
    if not request_id:
        return None
    return AuthorizationRequest.objects(id=hash_secret(request_id), expires_at__gt=now).first()


def rebuild(document: AuthorizationRequest) -> OAuthRequest:
    """The kept request, to be validated again: the client may have changed meanwhile."""
    request = OAuthRequest("GET", PATH, document.parameters.items(), {})
    request.hinted_subject = document.hinted_subject
    return request


def validate_again(
    server: "AuthorizationServer", request: OAuthRequest, document: AuthorizationRequest
) -> "AuthorizationGrant":
    """Check a kept request once more; returns the grant, raises ProtocolError.

    What the client has registered since counts for nothing: the person decides by what the page has shown.
    """
    grant = validate(server, request)
    if request.validated_redirect_uri != document.redirect_uri:
        request.validated_redirect_uri = None
        raise InvalidRequest("The client has another redirect URI now than when it asked")
    request.scope = [name for name in request.scope if name in document.scope]
    return grant


def note_sign_in(document: AuthorizationRequest, session_id: str | None) -> None:
    """Note in which session the person has signed in for it: in another browser the request asks for that anew."""
    AuthorizationRequest.objects(id=document.id).update_one(set__signed_in_session=session_id)


def choose_account(document: AuthorizationRequest, user: User) -> None:
    """Note that the person wants to go on as this user (`prompt=select_account`)."""
    AuthorizationRequest.objects(id=document.id).update_one(set__chosen_sub=user.id)


def discard(document: AuthorizationRequest) -> bool:
    """Take the kept request away, once; False if it was answered already."""
    return AuthorizationRequest._get_collection().delete_one({"_id": document.id}).deleted_count == 1
