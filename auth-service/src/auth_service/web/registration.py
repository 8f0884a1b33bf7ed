"""`/oauth/register`: what comes in as JSON and goes out as JSON. Nothing is decided here."""

import json
from collections.abc import Callable
from typing import Any

import structlog
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, g, request

from auth_service.protocol import client_configuration
from auth_service.protocol import registration as protocol
from auth_service.protocol.bearer_token import BearerError
from auth_service.protocol.client_metadata import InvalidClientMetadata
from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.reply import Reply
from auth_service.web.current import server
from auth_service.web.protocol_endpoints import bearer_refusal, parse_request, to_response

blueprint = Blueprint("registration", __name__)

log = structlog.get_logger("protocol")


@blueprint.post(protocol.PATH)
def register() -> Response:
    """RFC 7591 §3."""
    return _answer(
        lambda: protocol.register(server(), _authorization(), _body(), _address()),
    )


@blueprint.route(f"{protocol.PATH}/<client_id>", methods=["GET", "PUT", "DELETE"])
def configure(client_id: str) -> Response:
    """RFC 7592 §2."""
    if request.method == "PUT":
        return _answer(
            lambda: client_configuration.replace(server(), client_id, _authorization(), _body(), _address())
        )
    act = client_configuration.delete if request.method == "DELETE" else client_configuration.read
    return _answer(lambda: act(server(), client_id, _authorization()))


def _answer(act: Callable[[], Reply]) -> Response:
    """The reply, or the refusal that was raised, as the standard has it."""
    try:
        return to_response(act())
    except InvalidClientMetadata as refusal:
        return to_response(_metadata_refused(refusal))
    except BearerError as refusal:
        log.info("refused", error=refusal.code, reason=refusal.description)
        return bearer_refusal(refusal)
    except OAuth2Error as refusal:
        return to_response(server().handle_error_response(parse_request(()), refusal))


def _metadata_refused(refusal: InvalidClientMetadata) -> Reply:
    """RFC 7591 §3.2.2: the faulty fields by their names, in the description and one by one. No value is repeated."""
    fields = [field for field, _ in refusal.faults]
    redirect = any(field.startswith("redirect_uris") for field in fields)
    error = "invalid_redirect_uri" if redirect else "invalid_client_metadata"
    log.info("refused", error=error, fields=fields)
    body = {
        "error": error,
        "error_description": _printable(str(refusal)),
        "errors": [{"field": field, "message": message} for field, message in refusal.faults],
        "request_id": g.request_id,
    }
    return Reply(400, body, [("Cache-Control", "no-store")])


def _printable(text: str) -> str:
    """RFC 7591 §3.2.2: ASCII; and as in RFC 6749 §5.2 without quotes and backslashes."""
    return text.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "/")[:1000]


def _authorization() -> str | None:
    return request.headers.get("Authorization")


def _address() -> str:
    return request.remote_addr or ""


def _body() -> dict[str, Any]:
    """The metadata: a JSON object, that can be stored as text; raises InvalidRequest."""
    if request.mimetype != "application/json":
        raise InvalidRequest("The Content-Type must be application/json", status_code=415)
    try:
        content = json.loads(request.get_data())
        # Half of a surrogate pair is good JSON and no text: it could be neither stored nor shown.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise InvalidClientMetadata([("", "the body is not well-formed JSON in UTF-8")]) from None
    if not isinstance(content, dict):
        raise InvalidClientMetadata([("", "the body must be a JSON object")])
    return content
