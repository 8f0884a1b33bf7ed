"""The OpenAPI 3.1 document, made by APIFlask from the views themselves."""

from typing import Any, cast

from apiflask import APIFlask
from flask import current_app

from auth_service.admin_api import errors

_TITLE = "Gatehouse admin API"
_DOCUMENT = "admin_api_openapi"


def configure(app: APIFlask, url_prefix: str) -> None:
    """Name the API, its server, its token, the shape of its errors; leave out what is not its own."""
    app.title, app.version = _TITLE, "1"
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        SERVERS=[{"url": app.extensions["gatehouse"].settings.issuer}],
        DESCRIPTION="Clients, users, tokens, grants and signing keys. Lists are paged by `after` and `next`.",
        SECURITY_SCHEMES={"bearer": {"type": "http", "scheme": "bearer", "description": "RFC 6750."}},
        HTTP_ERROR_SCHEMA=errors.SCHEMA,
        VALIDATION_ERROR_SCHEMA=errors.SCHEMA,
        VALIDATION_ERROR_STATUS_CODE=400,
        AUTO_OPERATION_ID=True,
    )

    @app.spec_processor
    def keep_own_paths(spec: Any) -> Any:
        spec["paths"] = {path: item for path, item in spec["paths"].items() if path.startswith(url_prefix)}
        for item in spec["paths"].values():
            for operation in item.values():
                if "requestBody" in operation:
                    operation["requestBody"]["required"] = True
        return spec


def document() -> dict[str, Any]:
    """The document, made once."""
    made = current_app.extensions.get(_DOCUMENT)
    if made is None:
        made = current_app.extensions[_DOCUMENT] = cast(APIFlask, current_app).spec
    return cast(dict[str, Any], made)
