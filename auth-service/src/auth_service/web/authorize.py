"""The authorization endpoint (RFC 6749 §3.1): checks the request, leads the person on, answers the client."""

from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, redirect, request
from werkzeug import Response

from auth_service.models import AuthorizationRequest, Grant, User
from auth_service.protocol import authorization_request
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.acr import acr_of
from auth_service.protocol.grants.authorization_grant import AuthorizationGrant
from auth_service.protocol.interaction import (
    CONSENT,
    LOGIN,
    SELECT_ACCOUNT,
    Visit,
    asked_of,
    required_interaction,
)
from auth_service.protocol.logout.participants import note_participant
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.scope import permitted_to
from auth_service.web.authorization_response import send
from auth_service.web.current import server
from auth_service.web.errors import authorization_error_page, expired_request_page
from auth_service.web.protocol_endpoints import parse_request
from auth_service.web.session import amr, auth_time, current_user, session_public_id

blueprint = Blueprint("authorize", __name__)

_PAGES = {LOGIN: "/login", SELECT_ACCOUNT: "/select-account", CONSENT: "/consent"}
_CONTINUE = "/oauth/authorize/continue"


@blueprint.route("/oauth/authorize", methods=["GET", "POST"])
def authorize() -> Response:
    """Check the request; answer it at once, or keep it while the person signs in or decides.

    A form that an app's page posts here brings no cookie (SameSite=Lax), so that who is signed in would not be
    seen: such a request is kept, and goes on as a GET, with which the browser sends the cookie along.
    """
    source = request.form if request.method == "POST" else request.args
    parsed = parse_request(source.items(multi=True))
    try:
        grant = authorization_request.validate(server(), parsed)
        if request.method == "POST":
            return go_to(_CONTINUE, authorization_request.store(server(), parsed))
        needed = required_interaction(server(), parsed, visit(server().clock.now()))
    except OAuth2Error as error:
        return refuse(parsed, error)
    if needed is None:
        return answer(parsed, grant, current_user())
    return go_to(_PAGES[needed], authorization_request.store(server(), parsed))


@blueprint.get(_CONTINUE)
def continue_() -> Response:
    """After a POST, or a page of ours: ask for what is still needed, or answer."""
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
        grant = authorization_request.validate_again(server(), parsed, document)
        needed = required_interaction(server(), parsed, visit(document.created_at, document))
    except OAuth2Error as error:
        return refuse(parsed, error)
    if needed is not None and not (needed == CONSENT and decided):
        return go_to(_PAGES[needed], request_id)
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
        Grant.allow(user.id, parsed.client.client_id, asked_of(parsed, user), server().clock.now())
    return answer(parsed, grant, user if allowed else None)


def answer(parsed: OAuthRequest, grant: AuthorizationGrant, user: User | None) -> Response:
    """Send the browser back to the client: with what the user allowed, or with `access_denied` for None."""
    authorization = authorization_by(user, parsed) if user is not None else None
    try:
        response = grant.create_authorization_response(parsed.validated_redirect_uri, authorization)
    except OAuth2Error as error:
        return refuse(parsed, error)
    if authorization is not None:
        note_participant(authorization.session_id, parsed.client.client_id, authorization.scope)
    return send(response, parsed.client)


def authorization_by(user: User, parsed: OAuthRequest) -> Authorization:
    """What the user allowed the client just now, and how they are signed in."""
    scope = permitted_to(user, parsed.scope)
    with_claims = "openid" in scope and bool(parsed.claims)
    return Authorization(
        sub=user.id,
        scope=scope,
        session_id=session_public_id(),
        auth_time=auth_time(),
        amr=amr(),
        acr=acr_of(amr()),
        nonce=parsed.get("nonce"),
        claims=parsed.claims.to_json() if with_claims else None,
    )


def visit(requested_at: datetime, document: AuthorizationRequest | None = None) -> Visit:
    """Who is at the browser now; `document` is the kept request that they came back with, if they did."""
    session_id = session_public_id()
    return Visit(
        user=current_user(),
        auth_time=auth_time(),
        requested_at=requested_at,
        has_just_signed_in=session_id is not None
        and document is not None
        and document.signed_in_session == session_id,
        chosen_sub=document.chosen_sub if document else None,
    )


def refuse(parsed: OAuthRequest, error: OAuth2Error) -> Response:
    """Tell the client by redirect; show it here when there is no redirect URI to trust."""
    response = server().authorization_error(parsed, error)
    if response is not None:
        return send(response, parsed.client)
    return authorization_error_page(error.error, error.get_error_description(), what_came(parsed))


def what_came(parsed: OAuthRequest) -> list[tuple[str, str]]:
    """The two parameters that decide whether a request is answered at all, as they were sent."""
    return [
        (name, value) for name in ("client_id", "redirect_uri") if (value := parsed.get(name)) is not None
    ]


def go_to(page: str, request_id: str) -> Response:
    """Send the person to sign in, to choose or to decide."""
    return redirect(f"{page}?{urlencode({'request': request_id})}", 303)
