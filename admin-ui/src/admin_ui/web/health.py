"""`GET /health`: whether auth-service, without which no page works, answers."""

from flask import Blueprint

from admin_ui.auth_service_api import AuthServiceDown, Refused
from admin_ui.current import admin_ui

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> tuple[dict[str, str], int]:
    """200 `{"status": "ok"}`; raises AuthServiceDown, which answers 503."""
    try:
        admin_ui().auth_service.call("GET", "/health", timeout=(2, 3))
    except Refused as error:
        raise AuthServiceDown(str(error)) from error
    return {"status": "ok"}, 200
