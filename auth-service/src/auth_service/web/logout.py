"""Signing out: by our own button, or because an app asks for it (OIDC RP-Initiated Logout 1.0)."""

from collections.abc import Iterable
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oidc.rpinitiated import EndSessionRequest
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from auth_service.protocol.redirect_uri import is_safe_to_redirect
from auth_service.web.current import server
from auth_service.web.errors import authorization_error_page
from auth_service.web.protocol_endpoints import parse_request
from auth_service.web.security_headers import forms_may_lead_to_client
from auth_service.web.session import current_user, sign_out

blueprint = Blueprint("logout", __name__)

_PARAMETERS = (
    "id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales"
)  # fmt: skip


@blueprint.route("/oauth/logout", methods=["GET", "POST"])
def end_session() -> Response:
    """§2: an app asks to sign the person out; without a hint that it knows them, they are asked first.

    A form that an app's page posts here brings no cookie (SameSite=Lax): as a GET the browser sends it along.
    """
    if request.method == "POST":
        return redirect(f"{request.path}?{urlencode(_known(request.form.items(multi=True)))}", 303)
    try:
        asked = _validate(request.args.items(multi=True))
    except OAuth2Error as error:
        return _refusal(error)
    user = current_user()
    if user is None:
        return _leave(asked)
    if asked.needs_confirmation or asked.id_token_claims.get("sub") != user.id:
        return _confirmation(asked)
    sign_out()
    return _leave(asked)


@blueprint.post("/logout")
def submit() -> Response:
    """The button of our own pages; after a confirmation it carries what the app had asked, checked anew."""
    try:
        asked = _validate(request.form.items(multi=True))
    except OAuth2Error as error:
        return _refusal(error)
    sign_out()
    return _leave(asked)


@blueprint.get("/signed-out")
def show() -> str:
    """Where one arrives after signing out."""
    return render_template("signed_out.html")


def _validate(parameters: Iterable[tuple[str, str]]) -> EndSessionRequest:
    """What was asked; raises OAuth2Error."""
    return server().validate_endpoint_request("end_session", parse_request(_known(parameters)))


def _known(parameters: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parameters if name in _PARAMETERS]


def _confirmation(asked: EndSessionRequest) -> Response:
    if asked.redirect_uri:
        forms_may_lead_to_client()
    fields = _known(request.args.items(multi=True))
    return make_response(
        render_template("confirm_logout.html", client=asked.client, user=current_user(), fields=fields)
    )


def _leave(asked: EndSessionRequest) -> Response:
    """To the app's registered address (§3), or to our own page."""
    target = asked.redirect_uri
    return redirect(target if target and is_safe_to_redirect(target) else url_for("logout.show"), 303)


def _refusal(error: OAuth2Error) -> Response:
    server().log_refusal(parse_request(()), error)
    return authorization_error_page(error.error, error.get_error_description())
