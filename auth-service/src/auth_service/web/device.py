"""Where a person allows a device that has no browser (RFC 8628 §3.3): type its code, see who asks, decide."""

import structlog
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from auth_service.protocol import device_verification
from auth_service.protocol.device_verification import DeviceRequest, UnknownUserCode
from auth_service.protocol.scope import describe
from auth_service.protocol.throttle import TooManyFailures
from auth_service.protocol.user_code import normalise
from auth_service.web.client_presentation import presentation_of
from auth_service.web.current import server
from auth_service.web.logout import leave
from auth_service.web.session import amr, auth_time, current_user, sign_out
from auth_service.web.waiting import in_words

blueprint = Blueprint("device", __name__)

_log = structlog.get_logger()

_UNKNOWN = "No device waits with this code. It may have run out: look whether your device shows a new one."


@blueprint.get("/device")
def show() -> Response:
    """The form for the code. One that came with the address is filled in, and still to be compared (RFC 8628 §5.4)."""
    return _form(_code(request.args)) if current_user() else _to_login()


@blueprint.post("/device")
def look_up() -> Response:
    """Who asks for what."""
    found = _find()
    return found if isinstance(found, Response) else _question(found)


@blueprint.post("/device/decision")
def decide() -> Response:
    """Carry out what the person decided."""
    decision = request.form.get("decision")
    if decision not in ("allow", "deny"):
        abort(400)
    found = _find()
    if isinstance(found, Response):
        return found
    if decision == "allow" and not found.can_be_allowed:
        abort(403)
    decided = (
        device_verification.allow(server(), found, auth_time(), amr())
        if decision == "allow"
        else device_verification.deny(server(), found)
    )
    if not decided:
        return _form(_code(request.form), _UNKNOWN, 400)
    _log.info("device_decided", decision=decision, client_id=found.client.client_id, sub=found.user.id)
    return redirect(url_for("device.answered", answer="allowed" if decision == "allow" else "denied"), 303)


@blueprint.get("/device/<any(allowed, denied):answer>")
def answered(answer: str) -> str:
    """It is done: back to the device."""
    return render_template("device_answered.html", allowed=answer == "allowed")


@blueprint.post("/device/not-me")
def change_account() -> Response:
    """Sign out, and in again as somebody else, for the same device."""
    return leave(sign_out(), _login_url())


def _find() -> DeviceRequest | Response:
    """The device whose code was sent, or the page that says why there is none."""
    user, typed = current_user(), _code(request.form)
    if user is None:
        return _to_login()
    try:
        return device_verification.find(server(), typed, user, request.remote_addr or "")
    except TooManyFailures as error:
        _log.warning("refused", rule=f"user_code_throttle_{error.limit.name}", sub=user.id)
        return _form(typed, f"Too many wrong codes. Try again in {in_words(error.wait)}.", 429, error.wait)
    except UnknownUserCode:
        _log.info("refused", rule="unknown_user_code", sub=user.id)
        return _form(typed, _UNKNOWN, 400)


def _question(asked: DeviceRequest) -> Response:
    page = render_template(
        "device_consent.html",
        **presentation_of(asked.client),
        user=asked.user,
        user_code=normalise(_code(request.form)),  # as the device shows it
        scopes=describe(asked.scope),
        can_be_allowed=asked.can_be_allowed,
    )
    return make_response(page)


def _form(
    user_code: str, error: str | None = None, status: int = 200, retry_after: int | None = None
) -> Response:
    page = render_template("device.html", user=current_user(), user_code=user_code, error=error)
    response = make_response(page, status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _code(source: dict[str, str]) -> str:
    return source.get("user_code", "")[:100]


def _to_login() -> Response:
    return redirect(_login_url(), 303)


def _login_url() -> str:
    """The sign-in page, which leads back here with the code."""
    user_code = _code(request.values) or None
    return url_for("login.show", next=url_for("device.show", user_code=user_code))
