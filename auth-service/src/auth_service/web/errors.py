"""What a person, or a program, is told when something went wrong: always with the request's id."""

import structlog
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from auth_service.models import database
from auth_service.web.csrf import ForeignForm

_log = structlog.get_logger()

_MACHINE_PATHS = ("/oauth/", "/.well-known/", "/admin-api/", "/health")
_BROWSER_PATHS = ("/oauth/authorize", "/oauth/logout")

#: Seconds after which it is worth trying again when the database does not answer.
RETRY_AFTER = "5"

#: For each status: the code that programs get, and a title and a sentence for people.
_TEXTS = {
    400: ("invalid_request", "That was not understood", "Something in the address or the form is not right."),
    403: ("access_denied", "That is not allowed", "You do not have access to this."),
    404: ("not_found", "There is nothing here", "The address may be mistyped, or the page has moved."),
    405: ("method_not_allowed", "That does not work here", "This address cannot be used in this way."),
    413: ("request_too_large", "That was too much", "What was sent is larger than this server accepts."),
    415: ("unsupported_media_type", "That format is not understood", "Send it in another format."),
    429: ("too_many_requests", "Too many attempts", "Please wait a moment before you try again."),
    500: ("server_error", "Something went wrong here", "It is our fault, not yours. Trying again may help."),
    503: ("temporarily_unavailable", "Back in a moment", "The server is busy. Try again in a few seconds."),
}  # fmt: skip


#: What who makes the app can do about an authorization request that was not answered: by what it says, or by its code.
_ADVICE = {
    "redirect_uri": (
        "Compare the request with the app's registration: the redirect URI must be registered, character by "
        "character, down to case, port and final slash. The app's page in the administration lists what is "
        "registered; the log says under the request id below which rule refused."
    ),
    "invalid_client": (
        "Check the client_id against the app's registration in the administration: it may be mistyped, from "
        "another server, deleted or disabled."
    ),
}
_OTHER_ADVICE = (
    "Mend what the app sends as it says above. The log says under the request id below which rule refused."
)


def init(app: Flask) -> None:
    """Answer every error of the application, expected or not."""
    app.before_request(_refuse_what_is_no_text)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(ForeignForm, _foreign_form)
    app.register_error_handler(HTTPException, _http_error)
    for failure in database.ERRORS:
        app.register_error_handler(failure, _database_failed)
    app.register_error_handler(Exception, _unexpected)


def error_response(status: int, description: str | None = None, title: str | None = None) -> Response:
    """An error in the shape that suits who asked: a page, or JSON at the machine endpoints.

    `description` is plain text for the person who reads it, in ASCII.
    """
    code, usual_title, sentence = _TEXTS.get(status, _TEXTS[400 if status < 500 else 500])
    if _asked_by_machine():
        body = {"error": code, "error_description": description or sentence, "request_id": g.request_id}
        response = jsonify(body)
    else:
        response = make_response(
            render_template(
                "error.html", status=status, title=title or usual_title, description=description or sentence
            )
        )
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def authorization_error_page(
    error: str, description: str, details: list[tuple[str, str]] | tuple[()] = ()
) -> Response:
    """An authorization error that must not be redirected (RFC 6749 §4.1.2.1): what came and what is wrong.

    The address that came is shown as text and never as a link: it is not known to be the app's.
    """
    about = "redirect_uri" if "redirect" in description else error
    page = render_template(
        "authorization_error.html",
        error=error,
        description=description,
        details=details,
        advice=_ADVICE.get(about, _OTHER_ADVICE),
    )
    return make_response(page, 400)


def expired_request_page() -> Response:
    """The kept authorization request is gone: answered already, given up, or left lying for too long."""
    return make_response(render_template("expired_request.html"), 400)


def _refuse_what_is_no_text() -> None:
    """Bytes in the address that are no UTF-8 (RFC 3986 §2 has ASCII): reading a parameter would fail on them."""
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        abort(400)


def _asked_by_machine() -> bool:
    return request.path.startswith(_MACHINE_PATHS) and not request.path.startswith(_BROWSER_PATHS)


def _http_error(error: HTTPException) -> Response:
    """Werkzeug's own errors, with the headers that belong to them (`Allow`, `Retry-After`)."""
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())  # a redirect, or an answer that somebody prepared
    original = getattr(error, "original_exception", None)
    if isinstance(original, database.ERRORS):
        return _database_failed(original)
    response = error_response(error.code)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _stale_form(error: CSRFError) -> Response:
    """The token is missing, forged, or of a session that has ended. Nothing was done."""
    _log.warning("refused", rule="csrf", reason=error.description)
    page = render_template("stale_form.html", again=_page_of_the_form())
    return make_response(page, 400)


def _foreign_form(error: ForeignForm) -> Response:
    """No form is shown in answer: making its token would put a new session in place of the person's own."""
    _log.warning("refused", rule="foreign_form", reason=error.description)
    return error_response(
        403, "This form was sent from another site's page, so nothing was done. Open this site and try there."
    )


def _page_of_the_form() -> str:
    """Where the form stood: forms are posted to their own page, but for the single buttons that have none."""
    has_page = current_app.url_map.bind("").test(request.path, "GET")
    return request.full_path.rstrip("?") if has_page else url_for("home.show")


def _database_failed(error: Exception) -> Response:
    if not database.is_unavailable(error):
        return _unexpected(error)
    _log.error("database_unavailable", reason=type(error).__name__)
    return error_response(503)


def _unexpected(error: Exception) -> Response:
    _log.error("unexpected_error", exc_info=error)
    return error_response(500)
