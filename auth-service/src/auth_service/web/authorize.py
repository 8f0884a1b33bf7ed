"""The authorization endpoint (RFC 6749 §3.1): checks the request, sends the person where they are needed, answers."""

from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, redirect, request

from auth_service.models import Grant
from auth_service.protocol import authorization_request
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.grants.authorization_grant import AuthorizationGrant
from auth_service.protocol.interaction import CONSENT, LOGIN, required_interaction
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.scope import permitted_to
from auth_service.protocol.server import Reply
from auth_service.web.current import server
from auth_service.web.errors import authorization_error_page, expired_request_page
from auth_service.web.protocol_endpoints import parse_request, to_response
from auth_service.web.session import amr, auth_time, current_user, session_public_id

blueprint = Blueprint("authorize", __name__)

_PAGES = {LOGIN: "/login", CONSENT: "/consent"}


@blueprint.route("/oauth/authorize", methods=["GET", "POST"])
def authorize() -> Response:
    """Check the request; answer it at once, or keep it while the person signs in or decides."""
    source = request.form if request.method == "POST" else request.args
    parsed = parse_request(source.items(multi=True))
    try:
        grant = authorization_request.validate(server(), parsed)
        needed = required_interaction(parsed, current_user(), auth_time(), server().clock.now())
    except OAuth2Error as error:
        return refuse(parsed, error)
    if needed is None:
        return answer(parsed, grant)
    return go_to(needed, authorization_request.store(server(), parsed))


@blueprint.get("/oauth/authorize/continue")
def continue_() -> Response:
    """After sign-in: go on with the kept request."""
    return proceed(request.args.get("request"))


def proceed(request_id: str | None) -> Response:
    """Ask for what is still needed, or answer."""
    document = authorization_request.load(request_id, server().clock.now())
    if document is None:
        return expired_request_page()
    parsed = authorization_request.rebuild(document)
    try:
        grant = authorization_request.validate(server(), parsed)
        needed = required_interaction(parsed, current_user(), auth_time(), document.created_at)
    except OAuth2Error as error:
        return refuse(parsed, error)
    if needed is not None:
        return go_to(needed, request_id)
    authorization_request.discard(document)
    return answer(parsed, grant)


def finish(request_id: str | None, allowed: bool) -> Response:
    """Carry out what the person decided on the consent page."""
    document = authorization_request.load(request_id, server().clock.now())
    if document is None:
        return expired_request_page()
    parsed = authorization_request.rebuild(document)
    try:
        grant = authorization_request.validate(server(), parsed)
        needed = required_interaction(parsed, current_user(), auth_time(), document.created_at)
    except OAuth2Error as error:
        return refuse(parsed, error)
    if needed == LOGIN:
        return go_to(LOGIN, request_id)
    if not authorization_request.discard(document):
        return expired_request_page()
    if allowed:
        remember_consent(parsed)
    return answer(parsed, grant, allowed)


def remember_consent(parsed: OAuthRequest) -> None:
    """Keep what the person allowed, so that they are not asked again."""
    user = current_user()
    Grant.allow(user.id, parsed.client.client_id, permitted_to(user, parsed.scope), server().clock.now())


def answer(parsed: OAuthRequest, grant: AuthorizationGrant, allowed: bool = True) -> Response:
    """Send the browser back to the client with what it asked for, or with `access_denied`."""
    authorization = None
    if allowed:
        user = current_user()
        authorization = Authorization(
            sub=user.id,
            scope=permitted_to(user, parsed.scope),
            session_id=session_public_id(),
            auth_time=auth_time(),
            amr=amr(),
        )
    try:
        return to_response(Reply(*grant.create_authorization_response(parsed.validated_redirect_uri, authorization)))
    except OAuth2Error as error:
        return refuse(parsed, error)


def refuse(parsed: OAuthRequest, error: OAuth2Error) -> Response:
    """Tell the client by redirect; show it here when there is no redirect URI to trust."""
    reply = server().authorization_error(parsed, error)
    if reply is not None:
        return to_response(reply)
    return authorization_error_page(error.error, error.get_error_description(), what_came(parsed))


def what_came(parsed: OAuthRequest) -> list[tuple[str, str]]:
    """The two parameters that decide whether a request is answered at all, as they were sent."""
    return [(name, value) for name in ("client_id", "redirect_uri") if (value := parsed.get(name)) is not None]


def go_to(page: str, request_id: str) -> Response:
    """Send the person to sign in or to decide."""
    return redirect(f"{_PAGES[page]}?{urlencode({'request': request_id})}", 303)
