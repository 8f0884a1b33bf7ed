"""Every refusal and failure as JSON, `{"error", "error_description", "request_id"}`, and in the log."""

from http import HTTPStatus
from typing import Any

import structlog
from apiflask import APIFlask, HTTPError
from flask import Response, g, jsonify
from mongoengine.errors import OperationError
from pydantic import ValidationError
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

from resource_api.protection import BearerError

log = structlog.get_logger()

RETRY_SECONDS = 5
#: Error code and description by status, where the status alone says it.
MEANINGS = {
    400: ("invalid_request", "The request is malformed, or its body is not JSON"),
    404: ("not_found", "There is nothing here"),
    405: ("method_not_allowed", "This method is not allowed here"),
    413: ("content_too_large", "The request's body is too large"),
    415: ("unsupported_media_type", "Send the body as application/json"),
    500: ("server_error", "Something went wrong here; the request id leads to the reason in our log"),
    503: ("temporarily_unavailable", "The service is not available at the moment"),
}


def init_app(app: APIFlask) -> None:
    """Answer every exception of `app`, APIFlask's own included."""
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(BearerError, answer_bearer_error)
    app.register_error_handler(HTTPError, answer_field_errors)
    app.register_error_handler(PyMongoError, answer_database_error)
    app.register_error_handler(OperationError, answer_database_error)
    app.register_error_handler(Exception, answer_fault)


def answer(status: int, error: str, description: str, **members: Any) -> Response:
    """The error shape of all Gatehouse services."""
    body = {"error": error, "error_description": description, "request_id": g.request_id, **members}
    response = jsonify(body)
    response.status_code = status
    return response


def answer_http_error(error: HTTPException) -> Response:
    """What werkzeug and the views raise, with their headers (`Allow`, …) but in our words."""
    status = error.code or 500
    name, description = MEANINGS.get(status, (HTTPStatus(status).name.lower(), HTTPStatus(status).phrase))
    if error.description and error.description != type(error).description:
        description = error.description
    response = answer(status, name, description)
    response.headers.extend((key, value) for key, value in error.get_headers() if key != "Content-Type")
    return response


def answer_bearer_error(error: BearerError) -> Response:
    """RFC 6750 §3: the challenge goes to the client, the rule that refused it into the log."""
    log.info("refused", error=error.error, rule=error.rule)
    response = answer(error.code or 500, error.error, str(error.description))
    response.headers.extend((key, value) for key, value in error.get_headers() if key != "Content-Type")
    return response


def answer_field_errors(error: HTTPError) -> Response:
    """Input that a schema refused, field by field."""
    cause = error.__cause__
    faults = (
        cause.errors(include_input=False, include_url=False) if isinstance(cause, ValidationError) else []
    )
    errors = [
        {"field": field_name(fault["loc"]), "message": fault["msg"].removeprefix("Value error, ")}
        for fault in faults
    ]
    return answer(400, "invalid_request", "Some fields are not as they should be", errors=errors)


def field_name(location: tuple[int | str, ...]) -> str:
    """`("tags", 1)` as `tags[1]`; the body as a whole is `""`."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return name.removeprefix(".")


def answer_database_error(error: Exception) -> Response:
    """MongoDB is away, or refuses us: nothing that the client could mend, but it may come back."""
    log.error("database_unavailable", kind=type(error).__name__, code=getattr(error, "code", None))
    response = answer(503, *MEANINGS[503])
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def answer_fault(error: Exception) -> Response:
    """A fault of ours: the client learns nothing of it, the log has it all."""
    log.exception("fault", exc_info=error)
    return answer(500, *MEANINGS[500])
