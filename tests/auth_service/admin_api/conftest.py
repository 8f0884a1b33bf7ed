"""Callers of the admin API: a program, an administrator, the owner of clients; each with a token given over HTTP."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from auth_service.clock import FrozenClock
from auth_service.models import User
from auth_service.settings import Settings
from tests.auth_service.conftest import basic

#: Names that need a joiner or a non-joiner: Mirzaei in Persian, Sri in Sinhala, a family, a heart on fire.
JOINED = (
    "\u0645\u06cc\u0631\u0632\u0627\u200c\u0626\u06cc",
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u2764\ufe0f\u200d\U0001f525",
)
#: Joiners that join nothing, and what can disguise a name.
DISGUISED = (
    *(
        "\u200d",
        "\u200cab",
        "ab\u200d",
        "a\u200d\u200cb",
        "a\u200c\u200cb",
        "a \u200db",
        "a\u200d b",
        " \u200cab",
    ),
    *(
        "a\u200bb",
        "a\u202eb",
        "a\u200d\u202eb",
        "a\u2066b",
        "a\ufeffb",
        "a\u00adb",
        "a\x00b",
        "a\ue000b",
        "a\u0378b",
    ),
)


class Api:
    """The admin API as its caller sees it."""

    def __init__(self, client: FlaskClient, token: str, sub: str | None = None) -> None:
        self.client, self.token, self.sub = client, token, sub

    def call(self, method: str, path: str, **request: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **request.pop("headers", {})}
        return self.client.open(f"/admin-api/v1{path}", method=method, headers=headers, **request)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.call("GET", path, query_string=query)

    def post(self, path: str, **content: Any) -> TestResponse:
        return self.call("POST", path, json=content)

    def patch(self, path: str, **content: Any) -> TestResponse:
        return self.call("PATCH", path, json=content)

    def delete(self, path: str, **query: Any) -> TestResponse:
        return self.call("DELETE", path, query_string=query)

    def create_client(self, **fields: Any) -> dict[str, Any]:
        """A client that was created, with its secret."""
        fields = {"client_name": "App", "redirect_uris": ["https://app.example/cb"], **fields}
        response = self.post("/clients", **fields)
        assert response.status_code == 201, response.json
        return response.json

    def create_user(self, **fields: Any) -> dict[str, Any]:
        """A user that was created, with the password if it was generated."""
        response = self.post("/users", **{"username": f"user-{secrets.token_hex(6)}", **fields})
        assert response.status_code == 201, response.json
        return response.json


def faults(response: TestResponse) -> dict[str, str]:
    """The messages of a refusal, by field."""
    assert response.status_code == 400, (response.status_code, response.get_data(as_text=True))
    return {fault["field"]: fault["message"] for fault in response.json["errors"]}


@pytest.fixture(scope="session")
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """A database of this folder's own: its tests rotate the signing keys, which others count upon."""
    return make_settings()


@pytest.fixture
def as_program(client: FlaskClient, register: Callable[..., str]) -> Callable[[str], Api]:
    """A client by itself, with this scope."""

    def make(scope: str) -> Api:
        client_id = register(grant_types=["client_credentials"], scope=scope)
        form = {"grant_type": "client_credentials"}
        response = client.post("/oauth/token", data=form, auth=basic(client_id))
        return Api(client, response.json["access_token"])

    return make


@pytest.fixture
def as_person(
    app: Flask, client: FlaskClient, clock: FrozenClock, register: Callable[..., str]
) -> Callable[..., Api]:
    """A person, with this scope and these roles, through an app of theirs."""

    def make(scope: str, *roles: str) -> Api:
        username = f"user-{secrets.token_hex(6)}"
        person = User.find_or_create(username, clock.now(), list(roles))
        assert person is not None
        client_id = register(scope=scope)
        form = {"grant_type": "password", "username": username, "password": "valid"}
        response = client.post("/oauth/token", data=form, auth=basic(client_id))
        assert response.status_code == 200, response.json
        return Api(client, response.json["access_token"], person.id)

    return make


@pytest.fixture
def automation(as_program: Callable[[str], Api]) -> Api:
    """A program that may read and write everything."""
    return as_program("admin:read admin:write")


@pytest.fixture
def administrator(as_person: Callable[..., Api]) -> Api:
    """A person with the role."""
    return as_person("admin:read admin:write clients:own", "admin")


@pytest.fixture
def owner(as_person: Callable[..., Api]) -> Api:
    """A person without the role, who may manage the clients they own."""
    return as_person("clients:own")
