"""Every error becomes one page with the request id; JSON where a machine asked."""

from flask import Flask, current_app, g, render_template, request, session
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from admin_ui.admin_api import SignInAgain
from admin_ui.auth_service_api import AuthServiceDown, Refused
from admin_ui.current import admin_ui
from admin_ui.login import go_to_sign_in
from admin_ui.logs import log_refusal
from admin_ui.signed_in import forget
from admin_ui.web.once import Repeated

Answer = tuple[str | dict[str, str], int, dict[str, str]]
TOO_SOON = 5  # seconds after signing in at which being sent to sign in again would never end

WORDS = {
    409: ("This cannot be done", "Read the page again and try once more."),
    400: ("This request could not be read", "Go back and try again."),
    403: ("You may not see this", "Your account does not have the rights for this page."),
    404: ("There is nothing here", "It may have been deleted, or the address is mistyped."),
    405: ("This address does not work that way", "Go back and use the page's own buttons."),
    413: ("That is too much", "A form here may hold 64 KiB at most."),
    500: ("Something went wrong here", "The fault is ours and has been logged. Try again in a moment."),
    503: ("The authorization server does not answer", "Nothing was lost. Try again in a few seconds."),
}


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(Repeated, _repeated)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(AuthServiceDown, _down)
    app.register_error_handler(SignInAgain, _sign_in_again)
    app.register_error_handler(Exception, _unexpected)


def error_page(
    status: int, title: str = "", text: str = "", code: str = "", back: tuple[str, ...] = ()
) -> Answer:
    """The error in the shape that was asked for, with the status and the request id; `back` is a page to go on to."""
    known_title, known_text = WORDS.get(status, WORDS[400])
    title, text = title or known_title, text or known_text
    headers = {"Retry-After": "5"} if status == 503 else {}
    if request.path == "/health":
        body = {"error": code or "error", "error_description": title, "request_id": g.request_id}
        return body, status, headers
    if request.headers.get("HX-Request"):  # part of a page: a message above what is shown
        headers |= {"HX-Retarget": "#messages", "HX-Reselect": ".alert", "HX-Reswap": "innerHTML"}
        return render_template("error_message.html", title=title, text=text), status, headers
    return render_template("error.html", status=status, title=title, text=text, back=back), status, headers


def _http(error: HTTPException) -> Answer:
    return error_page(error.code or 500, code=error.name.lower().replace(" ", "_"))


def _forged(error: CSRFError) -> Answer:
    log_refusal("csrf", reason=error.description)
    return error_page(
        400,
        "This form is no longer valid",
        "Your session may have ended meanwhile. Go back, reload, and send it again.",
    )


def _repeated(error: Repeated) -> Answer:
    return error_page(
        409,
        "This was already done",
        "The form was sent a second time, as by a reload, and nothing was done again. "
        "What the page before showed once cannot be shown again.",
        back=error.back,
    )


def _refused(error: Refused) -> Answer:
    log_refusal("the admin API refused", status=error.status, error=error.error)
    if error.status == 404:
        return error_page(404)
    faults = " ".join(f"{name} {message}." for name, message in error.fields.items())
    status = error.status if error.status in (403, 409, 413, 429) else 400
    return error_page(status, text=faults or error.description)


def _down(error: AuthServiceDown) -> Answer:
    log_refusal("auth-service does not answer", error=str(error))
    return error_page(503, code="temporarily_unavailable")


def _sign_in_again(error: SignInAgain) -> Answer | Response:
    just_now = admin_ui().clock.now() - session.started_at < TOO_SOON  # type: ignore[attr-defined]
    forget()
    if just_now:
        return error_page(
            403, "You cannot be signed in", "The authorization server does not accept your new sign-in."
        )
    return go_to_sign_in()


def _unexpected(error: Exception) -> Answer:
    current_app.extensions["admin_ui_log"].error(
        "failed", request_id=g.request_id, path=request.path, exc_info=error
    )
    return error_page(500, code="server_error")
