"""The OpenAPI document of this API, at /api/openapi.json, completed from what guards each view."""

from typing import Any

from apiflask import APIFlask

from resource_api.introspection import Introspector
from resource_api.settings import Settings

SCOPES = {
    "profile": "your name",
    "email": "your e-mail address",
    "notes:read": "read your notes",
    "notes:write": "write, change and delete your notes",
}
ERROR = {
    "type": "object",
    "required": ["error", "error_description", "request_id"],
    "properties": {
        "error": {"type": "string"},
        "error_description": {"type": "string"},
        "request_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
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
REFUSALS = {
    "400": "The request, or the way in which the token came, is not accepted",
    "401": "No token came, or it is unknown, expired, revoked or meant for another API (RFC 6750)",
    "403": "The token lacks the scope (RFC 6750)",
    "413": "The body is larger than 64 KiB",
    "415": "The body is not application/json",
    "503": "The database or the authorization server does not answer",
}


def init_app(app: APIFlask, settings: Settings, introspector: Introspector) -> None:
    """Describe `app`: where tokens come from, and what its way of checking them cannot see."""
    app.description = f"Protected by access tokens of {settings.issuer}. {introspector.blind_spots}".strip()
    app.servers = [{"url": settings.issuer}]
    app.security_schemes = {"oauth2": security_scheme(settings.issuer)}
    app.config["HTTP_ERROR_SCHEMA"] = app.config["VALIDATION_ERROR_SCHEMA"] = ERROR
    app.config["VALIDATION_ERROR_STATUS_CODE"] = 400
    app.config["AUTO_VALIDATION_ERROR_RESPONSE"] = False  # complete() documents every 400
    app.spec_processor(lambda document: complete(app, document))


def security_scheme(issuer: str) -> dict[str, Any]:
    """OAuth 2.0 with the flows that lead to a token for this API."""
    urls = {"tokenUrl": f"{issuer}/oauth/token", "refreshUrl": f"{issuer}/oauth/token", "scopes": SCOPES}
    return {
        "type": "oauth2",
        "flows": {
            "authorizationCode": {"authorizationUrl": f"{issuer}/oauth/authorize", **urls},
            "clientCredentials": urls,
        },
    }


def complete(app: APIFlask, document: Any) -> Any:
    """Write the scope that `@require_scope` asks for, and the refusals, into each operation."""
    document["components"].setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for rule in app.url_map.iter_rules():
        scope = getattr(app.view_functions[rule.endpoint], "required_scope", None)
        path = document["paths"].get(rule.rule.replace("<", "{").replace(">", "}"), {})
        for method in rule.methods or ():
            operation = path.get(method.lower())
            if scope is None or operation is None:
                continue
            operation["security"] = [{"oauth2": [scope]}]
            for status, description in REFUSALS.items():
                if status in ("413", "415") and "requestBody" not in operation:
                    continue
                operation["responses"].setdefault(status, {"description": description, "content": content})
    return document
