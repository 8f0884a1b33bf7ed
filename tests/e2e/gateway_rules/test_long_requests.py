"""Requests with long addresses and headers: they arrive, or are refused in our words, never in a server's own."""

import re

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient


@pytest.mark.rfc("6749 §4.1.2")
def test_a_long_state_comes_back(web_app: OAuthClient, browser: Browser) -> None:
    state = "s" * 6000
    request, _ = web_app.authorization(state=state)
    assert browser.authorize(**request).query["state"] == state


@pytest.mark.parametrize("path", ["/oauth/userinfo", "/admin-api/v1/clients", "/api/me"])
def test_a_long_token_gets_our_answer(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path, headers=bearer("x" * 9000))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/login", "/admin/"])
def test_a_long_header_gets_our_page(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path, headers={"Cookie": f"unknown={'x' * 9000}"})
    assert answer.status_code in (200, 302)


@pytest.mark.parametrize("path", ["/oauth/jwks", "/api/openapi.json", "/login", "/admin/"])
def test_a_long_query_gets_our_answer(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path, params={"unknown": "x" * 9000})
    assert answer.status_code in (200, 302)


@pytest.mark.parametrize("path", ["/api/me", "/oauth/token", "/login"])
def test_what_is_too_long_is_refused_with_an_id(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path, params={"unknown": "x" * 20_000})
    assert answer.status_code == 414
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])
    assert answer.headers["X-Request-ID"] in answer.text
