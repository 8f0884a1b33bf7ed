"""Signing in: which app it is for, a name and a password, and one neutral error."""

import structlog
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug import Response

from auth_service.models import AuthorizationRequest, User
from auth_service.protocol import authorization_request
from auth_service.protocol.passwords import TooManySignIns, authenticate
from auth_service.protocol.throttle import TooManyFailures
from auth_service.web.current import server
from auth_service.web.errors import RETRY_AFTER, expired_request_page
from auth_service.web.logout import leave
from auth_service.web.own_path import own_path
from auth_service.web.security_headers import forms_may_lead_to_client
from auth_service.web.session import current_user, session_public_id, sign_in
from auth_service.web.waiting import in_words

blueprint = Blueprint("login", __name__)

_log = structlog.get_logger()


@blueprint.get("/login")
def show() -> Response:
    """The form. Who is signed in already and comes for no app is sent on."""
    pending = _pending_request()
    if _request_id() and pending is None:
        return expired_request_page()
    user = current_user()
    if user and pending is None:
        return redirect(_next(), 303)
    return _form(pending, _expected_name(pending, user))


@blueprint.post("/login")
def submit() -> Response:
    """Check name and password; then on to the app that is waiting, or to where the person was."""
    pending = _pending_request()
    if _request_id() and pending is None:
        return expired_request_page()
    username, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        user = authenticate(server(), username, password, request.remote_addr or "")
    except TooManyFailures as error:
        _log.warning("refused", rule=f"sign_in_throttle_{error.limit.name}")
        too_many = f"Too many attempts. Try again in {in_words(error.wait)}."
        return _form(pending, username, too_many, 429, error.wait)
    except TooManySignIns:
        _log.warning("refused", rule="password_hashing_busy")
        busy = "Many people are signing in right now. Please try again in a few seconds."
        return _form(pending, username, busy, 503, int(RETRY_AFTER))
    if user is None:
        _log.info("refused", rule="wrong_credentials")
        return _form(pending, username, "The username or password is wrong.", 400)
    ended = sign_in(user, amr=["pwd"])
    _log.info("signed_in", sub=user.id)
    if pending is not None:
        authorization_request.note_sign_in(pending, session_public_id())
    # Past the apps of the person who was signed in here before, if that was somebody else.
    return leave(ended, _onwards(pending))


@blueprint.errorhandler(CSRFError)
def show_again(error: CSRFError) -> Response:
    """The form was open for too long: what was typed is kept, and nothing was checked.

    Who has signed in in another tab meanwhile, as whom they mean to here, goes on.
    """
    _log.warning("refused", rule="csrf", reason=error.description)
    pending = _pending_request()
    if (user := current_user()) is not None and user == User.find(request.form.get("username", "")):
        return redirect(_onwards(pending), 303)
    stale = "This page was open for a long time, or your browser blocks cookies. Please sign in again."
    return _form(pending, request.form.get("username", ""), stale, 400)


def _form(
    pending: AuthorizationRequest | None,
    username: str = "",
    error: str | None = None,
    status: int = 200,
    retry_after: int | None = None,
) -> Response:
    if pending:
        forms_may_lead_to_client()
    client = server().clients.find(pending.client_id) if pending else None
    page = render_template("login.html", client=client, username=username, error=error)
    response = make_response(page, status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _onwards(pending: AuthorizationRequest | None) -> str:
    """To the app that is waiting, or to where the person was."""
    return url_for("authorize.continue_", request=_request_id()) if pending else _next()


def _expected_name(pending: AuthorizationRequest | None, user: User | None) -> str:
    """Whom the app expects; else who is signed in, unless it is not to be them."""
    if pending is not None and pending.login_name:
        return pending.login_name
    somebody_else = request.args.get("account") == "other" or (
        pending is not None and pending.hinted_subject is not None
    )
    return "" if user is None or somebody_else else user.username


def _request_id() -> str | None:
    return request.args.get("request")


def _pending_request() -> AuthorizationRequest | None:
    """The authorization request that waits for this sign-in, or None."""
    return authorization_request.load(_request_id(), server().clock.now())


def _next() -> str:
    return own_path(request.args.get("next")) or url_for("home.show")
