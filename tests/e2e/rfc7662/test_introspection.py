"""Introspection: resource servers may ask about every token, other clients about their own."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient

INACTIVE = {"active": False}


@pytest.mark.rfc("7662 §2.2")
def test_a_resource_server_sees_a_persons_token(
    web_app: OAuthClient, resource_server: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    tokens = web_app.tokens_by_code(browser, scope="openid profile")
    answer = resource_server.introspect(tokens["access_token"])
    body = answer.json()
    userinfo = gateway.get("/oauth/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert body["active"] is True
    assert body["client_id"] == web_app.client_id
    assert body["sub"] == userinfo.json()["sub"]
    assert body["scope"] == "openid profile"
    assert set(body["aud"]) == {f"{gateway.url}/api", f"{gateway.url}/oauth/userinfo"}
    assert body["iss"] == gateway.url
    assert body["exp"] - body["iat"] == tokens["expires_in"]


@pytest.mark.rfc("7662 §2.2")
def test_a_clients_own_token_has_the_client_as_subject(
    web_app: OAuthClient, resource_server: OAuthClient
) -> None:
    token = web_app.tokens("client_credentials")["access_token"]
    assert resource_server.introspect(token).json()["sub"] == web_app.client_id


@pytest.mark.rfc("7662 §2.1, §4")
@pytest.mark.parametrize("auth_method", ["client_secret_basic", "client_secret_post"])
def test_other_clients_see_their_own_tokens_only(
    register, web_app: OAuthClient, browser: Browser, auth_method: str
) -> None:
    client = register(token_endpoint_auth_method=auth_method)
    own = client.tokens_by_password(browser.username)
    foreign = web_app.tokens_by_password(browser.username)
    for kind in ("access_token", "refresh_token"):
        assert client.introspect(own[kind]).json()["active"] is True
        assert client.introspect(foreign[kind]).json() == INACTIVE


@pytest.mark.rfc("7662 §2.1")
def test_nobody_asks_without_authentication(spa: OAuthClient, gateway: Gateway, browser: Browser) -> None:
    token = spa.tokens_by_code(browser)["access_token"]
    assert spa.introspect(token).status_code == 401
    assert gateway.post("/oauth/introspect", data={"token": token}).status_code == 401


@pytest.mark.rfc("7662 §2.2")
def test_what_is_gone_is_inactive_and_nothing_more_is_said(
    web_app: OAuthClient, resource_server: OAuthClient, browser: Browser
) -> None:
    first = web_app.tokens_by_password(browser.username)
    web_app.tokens("refresh_token", refresh_token=first["refresh_token"])
    web_app.revoke(first["access_token"])
    for token in (first["access_token"], first["refresh_token"], first["access_token"][:-1], "unknown"):
        answer = resource_server.introspect(token)
        assert (answer.status_code, answer.json()) == (200, INACTIVE)


@pytest.mark.rfc("7662 §2.1")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "unheard_of"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_hints_change_nothing(
    web_app: OAuthClient, resource_server: OAuthClient, browser: Browser, hint: str, kind: str
) -> None:
    tokens = web_app.tokens_by_password(browser.username)
    assert resource_server.introspect(tokens[kind], token_type_hint=hint).json()["active"] is True


@pytest.mark.rfc("7662 §2.1")
def test_without_a_token_it_is_invalid_request(resource_server: OAuthClient) -> None:
    answer = resource_server.post("/oauth/introspect")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
