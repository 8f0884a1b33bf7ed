"""Walks a device and a person with a browser through the device flow."""

from typing import Any

from flask.testing import FlaskClient

from auth_service.protocol.profile import DEVICE_CODE
from tests.auth_service.conftest import csrf_token

SCOPE = "openid profile notes:read"


def device_client(register: Any, **metadata: Any) -> str:
    """A public client of the device grant."""
    values = {
        "grant_types": [DEVICE_CODE, "refresh_token"],
        "response_types": [],
        "redirect_uris": [],
        "scope": SCOPE,
        "token_endpoint_auth_method": "none",
        "id_token_signed_response_alg": "ES256",
    }
    return register(**(values | metadata))


def start(device: FlaskClient, client_id: str, **parameters: Any) -> Any:
    """Ask for a device code."""
    return device.post("/oauth/device_authorization", data={"client_id": client_id, **parameters})


def poll(device: FlaskClient, client_id: str, device_code: str) -> Any:
    """Ask for tokens."""
    form = {"grant_type": DEVICE_CODE, "client_id": client_id, "device_code": device_code}
    return device.post("/oauth/token", data=form)


def type_code(browser: FlaskClient, user_code: str) -> Any:
    """Type the code into the page, signed in."""
    token = csrf_token(browser.get("/device").text)
    return browser.post("/device", data={"csrf_token": token, "user_code": user_code})


def decide(browser: FlaskClient, user_code: str, decision: str = "allow") -> Any:
    """Decide on the page, signed in."""
    token = csrf_token(browser.get("/device").text)
    form = {"csrf_token": token, "user_code": user_code, "decision": decision}
    return browser.post("/device/decision", data=form)
