"""`/signing-keys`: rotation that two clicks do once, and the end of a key that others may have."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws

from auth_service.clock import FrozenClock
from auth_service.settings import Settings
from tests.auth_service.admin_api.conftest import Api
from tests.auth_service.conftest import basic

FIELDS = {"kid", "alg", "state", "created_at", "activates_at", "retires_at", "successor_due_at", "expires_at"}


@pytest.fixture(scope="session")
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """A database of this page's own; an administrator's token outlives a rotation."""
    return make_settings(signing_algorithms="RS256 ES256", signing_key_overlap=600)


def states(api: Api) -> dict[str, dict[str, str]]:
    """By state and algorithm, the keys."""
    found: dict[str, dict[str, str]] = {"next": {}, "current": {}, "retired": {}, "revoked": {}}
    for key in api.get("/signing-keys").json["items"]:
        assert set(key) == FIELDS
        assert key["alg"] not in found[key["state"]]
        found[key["state"]][key["alg"]] = key["kid"]
    return found


def lasts(key: dict[str, str]) -> timedelta:
    """For how long the key signs, as it is foreseen."""
    return datetime.fromisoformat(key["successor_due_at"]) - datetime.fromisoformat(key["activates_at"])


def published(client: FlaskClient) -> set[str]:
    return {key["kid"] for key in client.get("/oauth/jwks").json["keys"]}


def test_rotation(app: Flask, automation: Api, client: FlaskClient, clock: FrozenClock) -> None:
    before = states(automation)
    assert (set(before["current"]), before["next"]) == ({"ES256", "RS256"}, {})
    for key in automation.get("/signing-keys").json["items"]:
        assert lasts(key) == timedelta(days=90), "as long as the rotation interval"
    rotated = automation.post("/signing-keys/rotate").json["items"]
    successors = {key["alg"]: key["kid"] for key in rotated if key["state"] == "next"}
    assert set(successors) == {"ES256", "RS256"}
    assert set(successors.values()) <= published(client)
    automation.post("/signing-keys/rotate")
    assert states(automation)["next"] == successors, "two clicks are one rotation"
    assert all(key["successor_due_at"] is None for key in rotated), "the successors are there"
    clock.advance(minutes=10)
    after = states(automation)
    assert (after["next"], after["current"], after["retired"]) == ({}, successors, before["current"])


def jwt_access_token(client: FlaskClient, register: Callable[..., str]) -> tuple[str, tuple[str, str]]:
    client_id = register(access_token_format="jwt")
    form = {"grant_type": "client_credentials", "scope": "notes:read"}
    answer = client.post("/oauth/token", data=form, auth=basic(client_id))
    return answer.json["access_token"], basic(client_id)


def kid_of(token: str) -> Any:
    return jws.extract_compact(token.encode()).headers()["kid"]


def test_revocation(automation: Api, client: FlaskClient, register: Callable[..., str]) -> None:
    token, credentials = jwt_access_token(client, register)
    opaque = automation.token
    kid = states(automation)["current"]["ES256"]
    assert kid_of(token) == kid

    def is_active(what: str) -> bool:
        return client.post("/oauth/introspect", data={"token": what}, auth=credentials).json["active"]

    assert is_active(token)
    answer = automation.post(f"/signing-keys/{kid}/revoke")
    assert answer.status_code == 200
    assert [key["state"] for key in answer.json["items"] if key["kid"] == kid] == ["revoked"]
    after = states(automation)
    assert kid not in published(client)
    assert after["current"]["ES256"] in published(client)
    assert not is_active(token)
    again, _ = jwt_access_token(client, register)
    assert kid_of(again) == after["current"]["ES256"] != kid
    assert automation.token == opaque, "what no key signed goes on"
    assert automation.get("/counts").status_code == 200
    automation.post(f"/signing-keys/{kid}/revoke")
    assert states(automation) == after, "two clicks are one revocation"


def test_what_cannot_be_revoked(automation: Api, as_program: Callable[[str], Api]) -> None:
    missing = automation.post("/signing-keys/unknown/revoke")
    assert (missing.status_code, missing.json["error"]) == (404, "not_found")
    kid = states(automation)["current"]["RS256"]
    reader = as_program("admin:read").post(f"/signing-keys/{kid}/revoke")
    assert (reader.status_code, reader.json["error"]) == (403, "insufficient_scope")
    assert states(automation)["current"]["RS256"] == kid
