"""What the admin API answers when it refuses: one JSON shape, with the request's id and the faulty fields."""

from typing import Any

import structlog
from apiflask import APIBlueprint, HTTPError
from flask import Response, g, jsonify
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from auth_service.protocol.bearer_token import BearerError
from auth_service.protocol.client_metadata import InvalidClientMetadata, faults_of
from auth_service.protocol.passwords import TooManySignIns

log = structlog.get_logger("admin_api")

CODES = {404: "not_found", 405: "method_not_allowed", 409: "conflict", 413: "request_too_large"}

#: The shape, for the OpenAPI document.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error", "error_description", "request_id"],
    "properties": {
        "error": {"type": "string"},
        "error_description": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


class Refusal(Exception):
    """A request that is understood and refused."""

    def __init__(self, status: int, description: str, faults: list[tuple[str, str]] | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.faults = status, description, faults or []


class NotFound(Refusal):
    """There is no such thing, or none that the caller may know of."""

    def __init__(self, what: str) -> None:
        super().__init__(404, f"There is no such {what}")


class InvalidField(Refusal):
    """One field that cannot be taken as it is."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(400, f"{field} {message}", [(field, message)])


def reply(
    status: int, description: str, code: str | None = None, faults: list[tuple[str, str]] | None = None
) -> Response:
    """A refusal as JSON. The log gets the rule and the fields' names, never a value."""
    code = code or CODES.get(status, "invalid_request")
    fields = [field for field, _ in faults or ()]
    log.info("refused", status=status, error=code, reason=description, fields=fields)
    body: dict[str, Any] = {
        "error": code,
        "error_description": description.encode("ascii", "replace").decode(),
        "request_id": g.get("request_id"),
    }
    if faults:
        body["errors"] = [{"field": field, "message": message} for field, message in faults]
    response = jsonify(body)
    response.status_code = status
    return response


def handle(blueprint: APIBlueprint) -> None:
    """Answer in this shape for what is raised inside the blueprint."""
    blueprint.register_error_handler(Refusal, refused)
    blueprint.register_error_handler(BearerError, bearer_refused)
    blueprint.register_error_handler(InvalidClientMetadata, fields_refused)
    blueprint.register_error_handler(HTTPError, input_refused)
    blueprint.register_error_handler(HTTPException, http_refused)
    blueprint.register_error_handler(TooManySignIns, busy)


def refused(error: Refusal) -> Response:
    """What this package refuses."""
    return reply(error.status, error.description, faults=error.faults)


def bearer_refused(error: BearerError) -> Response:
    """RFC 6750 §3: the challenge; no error code in it when no token came."""
    response = reply(error.status, error.description, error.code or "unauthorized")
    response.headers["WWW-Authenticate"] = error.challenge()
    return response


def fields_refused(error: InvalidClientMetadata) -> Response:
    """Fields at fault, all of them at once."""
    return reply(400, "Some fields are not as they must be", faults=error.faults)


def input_refused(error: HTTPError) -> Response:
    """APIFlask's refusal of a body or a query; the pydantic error behind it names the fields."""
    if isinstance(error.__cause__, ValidationError):
        return fields_refused(InvalidClientMetadata(faults_of(error.__cause__)))
    return reply(error.status_code, str(error.message))


def http_refused(error: HTTPException) -> Response:
    """Flask's own refusals: a broken or oversized body."""
    return reply(error.code or 500, error.description or error.name)


def busy(_error: TooManySignIns) -> Response:
    """Too many passwords are being hashed at this moment."""
    response = reply(503, "The server is busy, try again in a few seconds", "temporarily_unavailable")
    response.headers["Retry-After"] = "5"
    return response
