"""The question as whom to go on (OIDC Core §3.1.2.1, `prompt=select_account`)."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from auth_service.models import AuthorizationRequest
from auth_service.protocol import authorization_request
from auth_service.web.current import server
from auth_service.web.errors import expired_request_page
from auth_service.web.security_headers import forms_may_lead_to_client
from auth_service.web.session import current_user

blueprint = Blueprint("select_account", __name__)


@blueprint.get("/select-account")
def show() -> Response:
    """Who is signed in, to go on as; or to sign in as somebody else."""
    pending = _pending_request()
    client = server().clients.find(pending.client_id) if pending else None
    if pending is None or client is None:
        return expired_request_page()
    user = current_user()
    if user is None:
        return redirect(url_for("login.show", request=_request_id()), 303)
    forms_may_lead_to_client()
    return make_response(render_template("select_account.html", client=client, user=user))


@blueprint.post("/select-account")
def choose() -> Response:
    """Go on as who is signed in, provided it is still the one whom the page showed."""
    pending = _pending_request()
    if pending is None:
        return expired_request_page()
    user = current_user()
    if user is not None and request.form.get("account") == user.id:
        authorization_request.choose_account(pending, user)
    return redirect(url_for("authorize.continue_", request=_request_id()), 303)


def _request_id() -> str | None:
    return request.args.get("request")


def _pending_request() -> AuthorizationRequest | None:
    return authorization_request.load(_request_id(), server().clock.now())
