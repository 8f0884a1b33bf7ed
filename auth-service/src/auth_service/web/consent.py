"""The question whether an app may have what it asks for (RFC 6749 §4.1.1, OIDC Core §3.1.2.4)."""

from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from auth_service.models import AuthorizationRequest, User
from auth_service.protocol import authorization_request
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.interaction import asked_of
from auth_service.protocol.scope import describe
from auth_service.web.authorize import finish
from auth_service.web.client_presentation import presentation_of
from auth_service.web.current import server
from auth_service.web.errors import expired_request_page
from auth_service.web.logout import leave
from auth_service.web.security_headers import forms_may_lead_to_client
from auth_service.web.session import current_user, sign_out

blueprint = Blueprint("consent", __name__)

_DECISIONS = {"allow": True, "deny": False}


@blueprint.get("/consent")
def show() -> Response:
    """Who asks, for what, where the answer goes, and as whom one is signed in."""
    pending = authorization_request.load(_request_id(), server().clock.now())
    client = server().clients.find(pending.client_id) if pending else None
    if pending is None or client is None:
        return expired_request_page()
    user = current_user()
    if user is None:
        return _to_login()
    try:
        question = _question(pending, client, user)
    except OAuth2Error:  # the registration has changed meanwhile: there the request is checked anew
        return redirect(url_for("authorize.continue_", request=_request_id()), 303)
    forms_may_lead_to_client()
    return make_response(render_template("consent.html", **question))


@blueprint.post("/consent")
def decide() -> Response:
    """Carry out what the person decided."""
    decision = request.form.get("decision")
    if decision not in _DECISIONS:
        abort(400)
    return finish(_request_id(), _DECISIONS[decision])


@blueprint.post("/consent/not-me")
def change_account() -> Response:
    """Sign out, and in again as somebody else, for the same app."""
    return leave(sign_out(), url_for("login.show", request=_request_id()))


def _question(pending: AuthorizationRequest, client: RegisteredClient, user: User) -> dict[str, Any]:
    """What the page shows; raises OAuth2Error if the client may not ask for this any more."""
    asked = authorization_request.rebuild(pending)
    authorization_request.validate_again(server(), asked, pending)
    return {
        **presentation_of(client),
        "user": user,
        "scopes": describe(asked_of(asked, user)),
        "destination": destination(asked.validated_redirect_uri or ""),
    }


def destination(redirect_uri: str) -> str:
    """Where the answer goes, as people can check it: the host, or the scheme of an app on the device."""
    parts = urlsplit(redirect_uri)
    return parts.netloc.rpartition("@")[2] if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _request_id() -> str | None:
    return request.args.get("request")


def _to_login() -> Response:
    return redirect(url_for("login.show", request=_request_id()), 303)
