"""The authorization endpoint (RFC 6749 §3.1): checks the request, leads the person on, answers the client."""

from typing import cast
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, redirect, request
from werkzeug import Response

from auth_service.models import AuthorizationRequest, Grant, User
from auth_service.protocol import authorization_request
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.grants.authorization_grant import AuthorizationGrant
from auth_service.protocol.interaction import CONSENT, LOGIN, required_interaction
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.scope import permitted_to
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
        return answer(parsed, grant, current_user())
    return go_to(needed, authorization_request.store(server(), parsed))


@blueprint.get("/oauth/authorize/continue")
def continue_() -> Response:
    """After sign-in: ask for what is still needed, or answer."""
    return proceed(request.args.get("request"), decided=False)


def finish(request_id: str | None, allowed: bool) -> Response:
    """Carry out what the person decided on the consent page."""
    return proceed(request_id, decided=True, allowed=allowed)


def proceed(request_id: str | None, *, decided: bool, allowed: bool = True) -> Response:
    """Go on with a kept request, checked once more: the client may have changed meanwhile."""
    document = authorization_request.load(request_id, server().clock.now())
    if document is None or request_id is None:
        return expired_request_page()
    parsed = authorization_request.rebuild(document)
    try:
        grant = authorization_request.validate(server(), parsed)
        needed = required_interaction(parsed, current_user(), auth_time(), document.created_at)
    except OAuth2Error as error:
        return refuse(parsed, error)
    if needed == LOGIN or (needed == CONSENT and not decided):
        return go_to(needed, request_id)
    return conclude(document, parsed, grant, allowed, remember=decided)


def conclude(
    document: AuthorizationRequest,
    parsed: OAuthRequest,
    grant: AuthorizationGrant,
    allowed: bool,
    remember: bool,
) -> Response:
    """Answer a kept request, once: it is taken away first. `remember` keeps a consent for the next time."""
    if not authorization_request.discard(document):
        return expired_request_page()
    user = cast(User, current_user())
    if allowed and remember:
        Grant.allow(user.id, parsed.client.client_id, permitted_to(user, parsed.scope), server().clock.now())
    return answer(parsed, grant, user if allowed else None)


def answer(parsed: OAuthRequest, grant: AuthorizationGrant, user: User | None) -> Response:
    """Send the browser back to the client: with what the user allowed, or with `access_denied` for None."""
    authorization = None
    if user is not None:
        authorization = Authorization(
            sub=user.id,
            scope=permitted_to(user, parsed.scope),
            session_id=session_public_id(),
            auth_time=auth_time(),
            amr=amr(),
        )
    try:
        return to_response(grant.create_authorization_response(parsed.validated_redirect_uri, authorization))
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
    return [
        (name, value) for name in ("client_id", "redirect_uri") if (value := parsed.get(name)) is not None
    ]


def go_to(page: str, request_id: str) -> Response:
    """Send the person to sign in or to decide."""
    return redirect(f"{_PAGES[page]}?{urlencode({'request': request_id})}", 303)
