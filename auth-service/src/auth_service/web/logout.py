"""Signing out: by our own button, or because an app asks for it (OIDC RP-Initiated Logout 1.0).

Either way it ends the session for every app that took part in it. Those that sign out by their own page in the
browser have it loaded here (OIDC Front-Channel Logout 1.0); the others are told from server to server.
"""

from collections.abc import Iterable
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oidc.rpinitiated import EndSessionRequest
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from auth_service.models import User
from auth_service.protocol.end_session import means_somebody_else, names_session
from auth_service.protocol.logout.front_channel import frames_of
from auth_service.protocol.logout.single_sign_out import EndedSession
from auth_service.protocol.request import OAuthRequest
from auth_service.web.client_redirect import ClientRedirect
from auth_service.web.current import server
from auth_service.web.errors import authorization_error_page
from auth_service.web.protocol_endpoints import parse_request
from auth_service.web.security_headers import forms_may_lead_to_client, frames_may_show
from auth_service.web.session import current_user, session_public_id, sign_out

blueprint = Blueprint("logout", __name__)

_PARAMETERS = (
    "id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales"
)  # fmt: skip

#: Characters: as a GET it comes in a line, of which the gateway takes 16 KiB.
_LONGEST_QUERY = 15 * 1024

#: What decides whether a request is answered at all, and holds no secret.
_SHOWN = ("client_id", "post_logout_redirect_uri")


@blueprint.route("/oauth/logout", methods=["GET", "POST"])
def end_session() -> Response:
    """§2: an app asks to sign the person out; unless it proves to know them in this session, they are asked first.

    A form that an app's page posts here brings no cookie (SameSite=Lax): as a GET the browser sends it along.
    """
    if request.method == "POST":
        query = urlencode(_known(request.form.items(multi=True)))
        if len(query) > _LONGEST_QUERY:
            abort(413)
        return redirect(f"{request.path}?{query}", 303)
    parsed = parse_request(_known(request.args.items(multi=True)))
    try:
        asked = _validate(parsed)
    except OAuth2Error as error:
        return _refusal(parsed, error)
    user = current_user()
    if user is None:
        # Nobody is here to confirm where they want to go.
        return leave(sign_out(), None if asked.needs_confirmation else asked.redirect_uri)
    if not names_session(server(), asked, user, session_public_id()):
        return _confirmation(asked, user)
    return leave(sign_out(), asked.redirect_uri)


@blueprint.post("/logout")
def submit() -> Response:
    """The button of our own pages; after a confirmation it carries what the app had asked, checked anew."""
    parsed = parse_request(_known(request.form.items(multi=True)))
    try:
        asked = _validate(parsed)
    except OAuth2Error as error:
        return _refusal(parsed, error)
    return leave(sign_out(), asked.redirect_uri)


@blueprint.get("/signed-out")
def show() -> Response:
    """Where one arrives after signing out. Who has signed in again since finds that at home."""
    if current_user() is not None:
        return redirect(url_for("home.show"), 303)
    return make_response(render_template("signed_out.html"))


def leave(ended: EndedSession | None, target: str | None) -> Response:
    """On to the target, or to our own page; before that past the apps that sign out in the browser, if any."""
    target = target or url_for("logout.show")
    frames = frames_of(server(), ended) if ended else []
    if not frames:
        return redirect(target, 303) if target.startswith("/") else ClientRedirect(target)
    frames_may_show(frame.origin for frame in frames)
    page = render_template("front_channel_logout.html", frames=frames, target=target, user=current_user())
    return make_response(page)


def _validate(parsed: OAuthRequest) -> EndSessionRequest:
    """What was asked; raises OAuth2Error."""
    return server().validate_endpoint_request("end_session", parsed)


def _known(parameters: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parameters if name in _PARAMETERS]


def _confirmation(asked: EndSessionRequest, user: User) -> Response:
    if asked.redirect_uri:
        forms_may_lead_to_client()
    page = render_template(
        "confirm_logout.html",
        client=asked.client,
        user=user,
        fields=_known(request.args.items(multi=True)),
        means_somebody_else=means_somebody_else(server(), asked, user, session_public_id()),
    )
    return make_response(page)


def _refusal(parsed: OAuthRequest, error: OAuth2Error) -> Response:
    """§4: the person stays here, and sees what came."""
    server().log_refusal(parsed, error)
    came = [(name, value) for name in _SHOWN if (value := parsed.get(name)) is not None]
    return authorization_error_page(error.error, error.get_error_description(), came)
