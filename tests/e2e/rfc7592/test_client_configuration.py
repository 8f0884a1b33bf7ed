"""A registered program manages its own registration, and no other."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient


@pytest.fixture
def registered(gateway: Gateway) -> Callable[..., dict[str, Any]]:
    """A function that registers a client; returns what it was told."""

    def make(**metadata: Any) -> dict[str, Any]:
        answer = gateway.post("/oauth/register", json={"redirect_uris": [REDIRECT_URI], **metadata})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


@pytest.mark.rfc("7592 §2")
def test_read_change_and_delete(gateway: Gateway, registered, browser: Browser) -> None:
    told = registered(client_name="Before")
    place = told["registration_client_uri"]
    read = gateway.get(place, headers=bearer(told["registration_access_token"]))
    assert read.json()["client_name"] == "Before" and read.headers["Cache-Control"] == "no-store"
    body = {"client_id": told["client_id"], "redirect_uris": [REDIRECT_URI], "client_name": "After"}
    changed = gateway.put(place, json=body, headers=bearer(told["registration_access_token"])).json()
    assert changed["client_name"] == "After"
    assert gateway.get(place, headers=bearer(told["registration_access_token"])).status_code == 401
    client = OAuthClient(gateway, told["client_id"], changed["client_secret"])
    tokens = client.tokens_by_code(browser, scope="openid")
    headers = bearer(changed["registration_access_token"])
    assert gateway.delete(place, headers=headers).status_code == 204
    assert gateway.get(place, headers=headers).status_code == 401
    assert gateway.get("/oauth/userinfo", headers=bearer(tokens["access_token"])).status_code == 401


@pytest.mark.rfc("7592 §2")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_clients_registration_stays_closed(gateway: Gateway, registered, method: str) -> None:
    mine, other = registered(), registered()
    headers = bearer(other["registration_access_token"])
    for place in (mine["registration_client_uri"], f"{gateway.url}/oauth/register/demo-web"):
        answer = gateway.request(method, place, headers=headers, json={"client_id": mine["client_id"]})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    own = gateway.get(mine["registration_client_uri"], headers=bearer(mine["registration_access_token"]))
    assert own.status_code == 200
