"""`/oauth/openapi.json`: the registration endpoints for programs that read OpenAPI 3.1.

What goes in and out there is JSON of our own making; the other endpoints are described by their standards and by the
discovery documents.
"""

from typing import Any

from flask import Blueprint, Response, jsonify

from auth_service.protocol.client_metadata import ClientMetadata
from auth_service.protocol.registration import PATH
from auth_service.web.current import server

blueprint = Blueprint("openapi", __name__)

_ERROR = {
    "type": "object",
    "required": ["error", "error_description", "request_id"],
    "properties": {
        "error": {"type": "string"},
        "error_description": {"type": "string"},
        "request_id": {"type": "string"},
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
_INFORMATION = {
    "type": "object",
    "required": ["client_id", "client_id_issued_at", "registration_client_uri", "registration_access_token"],
    "properties": {
        "client_id": {"type": "string"},
        "client_id_issued_at": {"type": "integer", "description": "Seconds since 1970."},
        "client_secret": {"type": "string", "description": "Told when it is made, or sent along."},
        "client_secret_expires_at": {"type": "integer", "description": "0: it does not expire."},
        "registration_client_uri": {"type": "string"},
        "registration_access_token": {"type": "string"},
    },
}
_REFUSALS = {
    "400": "The metadata cannot be registered; `errors` names each wrong field.",
    "401": "The bearer token is missing, or not the one that it takes.",
    "403": "Registration is closed, or this client is an administrator's to change.",
    "409": "The registration was changed meanwhile.",
    "413": "More than 64 KiB.",
    "415": "Not application/json.",
    "429": "Too many registrations from this address; `Retry-After` says for how long.",
    "503": "The database does not answer.",
}


@blueprint.get("/oauth/openapi.json")
def read() -> Response:
    """The document."""
    response = jsonify(document(server().settings.issuer))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def document(issuer: str) -> dict[str, Any]:
    """OpenAPI 3.1, with the metadata's own types."""
    metadata = ClientMetadata.model_json_schema()
    with_id = metadata | {
        "required": ["client_id"],
        "properties": metadata["properties"]
        | {"client_id": {"type": "string"}, "client_secret": {"type": "string"}},
    }
    information = {"$ref": "#/components/schemas/ClientInformation"}
    client_id = {"name": "client_id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gatehouse client registration", "version": "1"},
        "servers": [{"url": issuer}],
        "paths": {
            PATH: {
                "post": _operation("Register a client (RFC 7591 §3.1)", 201, information, metadata)
                | {"security": [{}, {"bearer": []}]}
            },
            f"{PATH}/{{client_id}}": {
                "parameters": [client_id],
                "get": _operation("Read a registration (RFC 7592 §2.1)", 200, information),
                "put": _operation("Replace a registration (RFC 7592 §2.2)", 200, information, with_id),
                "delete": _operation("Delete a client (RFC 7592 §2.3)", 204),
            },
        },
        "components": {
            "schemas": {"ClientInformation": _INFORMATION, "Error": _ERROR},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "RFC 6750."}},
        },
    }


def _operation(
    summary: str, status: int, answer: dict[str, Any] | None = None, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """An operation with the refusals that all have; without an answer it sends no content."""
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses = {code: {"description": text, "content": error} for code, text in _REFUSALS.items()}
    good: dict[str, Any] = {"description": "Done."}
    if answer is not None:
        good["content"] = {"application/json": {"schema": answer}}
    operation: dict[str, Any] = {
        "summary": summary,
        "security": [{"bearer": []}],
        "responses": {str(status): good} | responses,
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation
