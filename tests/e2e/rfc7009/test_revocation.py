"""Revocation, seen from the API that the token was for."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient


def works(gateway: Gateway, token: str) -> bool:
    return gateway.get("/api/me", headers=bearer(token)).status_code == 200


@pytest.mark.rfc("7009 §2.1")
@pytest.mark.parametrize("auth_method", ["client_secret_basic", "client_secret_post", "none"])
def test_a_revoked_access_token_works_no_more(
    register, gateway: Gateway, browser: Browser, auth_method: str
) -> None:
    client = register(token_endpoint_auth_method=auth_method)
    tokens = client.tokens_by_code(browser)
    assert works(gateway, tokens["access_token"])
    assert client.revoke(tokens["access_token"]).status_code == 200
    assert not works(gateway, tokens["access_token"])
    assert client.tokens("refresh_token", refresh_token=tokens["refresh_token"])  # that one still does


@pytest.mark.rfc("7009 §2.1")
def test_a_revoked_refresh_token_takes_its_access_tokens_along(
    web_app: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    first = web_app.tokens_by_code(browser)
    second = web_app.tokens("refresh_token", refresh_token=first["refresh_token"])
    other = web_app.tokens_by_password(browser.username)
    assert web_app.revoke(second["refresh_token"]).status_code == 200
    refused = web_app.request_token("refresh_token", refresh_token=second["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    assert not works(gateway, first["access_token"])
    assert not works(gateway, second["access_token"])
    assert works(gateway, other["access_token"])  # of another authorization


@pytest.mark.rfc("7009 §2.2")
@pytest.mark.parametrize("token", ["gat_unknown", "grt_unknown", "anything", "e30.e30.e30"])
def test_an_unknown_token_is_revoked_already(web_app: OAuthClient, token: str) -> None:
    assert web_app.revoke(token).status_code == 200


@pytest.mark.rfc("7009 §2.1")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "unheard_of"])
def test_a_hint_that_is_wrong_does_no_harm(
    web_app: OAuthClient, gateway: Gateway, browser: Browser, hint: str
) -> None:
    token = web_app.tokens_by_password(browser.username)["access_token"]
    assert web_app.revoke(token, token_type_hint=hint).status_code == 200
    assert not works(gateway, token)


@pytest.mark.rfc("7009 §2.1")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_clients_token_stays(
    web_app: OAuthClient, spa: OAuthClient, gateway: Gateway, browser: Browser, kind: str
) -> None:
    tokens = web_app.tokens_by_password(browser.username)
    refused = spa.revoke(tokens[kind])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert works(gateway, tokens["access_token"])


@pytest.mark.rfc("7009 §2.2.1")
def test_without_a_token_it_is_invalid_request(web_app: OAuthClient) -> None:
    answer = web_app.post("/oauth/revoke")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
