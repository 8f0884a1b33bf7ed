"""Implicit, password, client credentials and refresh token."""

from collections.abc import Callable

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, at_once, bearer, works
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient


@pytest.fixture(scope="session")
def implicit_app(register: Callable[..., OAuthClient]) -> OAuthClient:
    return register(grant_types=["implicit"], token_endpoint_auth_method="none", scope="profile notes:read")


@pytest.mark.rfc("6749 §4.2")
def test_implicit_gives_a_token_in_the_fragment(
    implicit_app: OAuthClient, browser: Browser, gateway: Gateway
) -> None:
    answer = browser.authorize(
        response_type="token", client_id=implicit_app.client_id, scope="profile", state="s"
    )
    assert (answer.uri, answer.query) == (REDIRECT_URI, {})
    assert answer.fragment["token_type"] == "Bearer"
    assert answer.fragment["state"] == "s"
    assert "refresh_token" not in answer.fragment
    me = gateway.get("/api/me", headers=bearer(answer.fragment["access_token"]))
    assert me.json()["username"] == browser.username


@pytest.mark.rfc("6749 §4.2.2.1")
def test_implicit_denied_is_told_in_the_fragment(implicit_app: OAuthClient, browser: Browser) -> None:
    answer = browser.authorize("deny", response_type="token", client_id=implicit_app.client_id, state="s")
    assert (answer.fragment["error"], answer.fragment["state"]) == ("access_denied", "s")
    assert answer.query == {}


@pytest.mark.rfc("6749 §4.3")
def test_password(web_app: OAuthClient, browser: Browser, gateway: Gateway) -> None:
    tokens = web_app.tokens_by_password(browser.username, "profile")
    assert (
        gateway.get("/api/me", headers=bearer(tokens["access_token"])).json()["username"] == browser.username
    )
    assert tokens["refresh_token"]


@pytest.mark.rfc("6749 §4.3.2")
def test_a_wrong_password(web_app: OAuthClient, browser: Browser) -> None:
    refused = web_app.request_token("password", username=browser.username, password="wrong")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


@pytest.mark.rfc("6749 §4.4")
@pytest.mark.parametrize("auth_method", ["client_secret_basic", "client_secret_post"])
def test_client_credentials(register, gateway: Gateway, auth_method: str) -> None:
    client = register(
        grant_types=["client_credentials"],
        redirect_uris=[],
        scope="profile",
        token_endpoint_auth_method=auth_method,
    )
    tokens = client.tokens("client_credentials", scope="profile")
    assert "refresh_token" not in tokens
    me = gateway.get("/api/me", headers=bearer(tokens["access_token"]))
    assert me.json()["client_id"] == client.client_id


@pytest.mark.rfc("6749 §4.4")
def test_of_many_at_once_each_gets_a_token_that_works(web_app: OAuthClient, gateway: Gateway) -> None:
    answers = at_once(lambda: web_app.request_token("client_credentials", scope="profile"), 40)
    tokens = {answer.json()["access_token"] for answer in answers}
    assert len(tokens) == 40 and all(works(gateway, token) for token in tokens)


@pytest.mark.rfc("6749 §4.4.3")
def test_no_scope_means_all_that_is_registered(register) -> None:
    client = register(grant_types=["client_credentials"], redirect_uris=[], scope="notes:read profile")
    assert client.tokens("client_credentials")["scope"] == "notes:read profile"


@pytest.mark.rfc("6749 §6")
@pytest.mark.parametrize("auth_method", ["client_secret_basic", "client_secret_post", "none"])
def test_refresh(register, browser: Browser, gateway: Gateway, auth_method: str) -> None:
    client = register(token_endpoint_auth_method=auth_method)
    first = client.tokens_by_code(browser, scope="profile notes:read")
    second = client.tokens("refresh_token", refresh_token=first["refresh_token"])
    assert second["scope"] == "profile notes:read"
    assert second["refresh_token"] != first["refresh_token"]
    assert gateway.get("/api/me", headers=bearer(second["access_token"])).status_code == 200


@pytest.mark.rfc("6749 §6")
def test_refresh_narrows_and_never_widens(web_app: OAuthClient, browser: Browser) -> None:
    first = web_app.tokens_by_password(browser.username, "profile notes:read")
    narrow = web_app.tokens("refresh_token", refresh_token=first["refresh_token"], scope="profile")
    assert narrow["scope"] == "profile"
    again = web_app.tokens("refresh_token", refresh_token=narrow["refresh_token"])
    assert again["scope"] == "profile notes:read"
    refused = web_app.request_token(
        "refresh_token", refresh_token=again["refresh_token"], scope="profile notes:write"
    )
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize(
    ("grant_type", "error"),
    [
        ("implicit", "unsupported_grant_type"),
        ("urn:example:unheard-of", "unsupported_grant_type"),
        ("password", "unauthorized_client"),
        (None, "invalid_request"),
    ],
)
def test_a_grant_that_is_not_the_clients(register, grant_type: str | None, error: str) -> None:
    client = register(grant_types=["client_credentials"], redirect_uris=[])
    refused = client.post("/oauth/token", grant_type=grant_type)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert refused.json()["request_id"] == refused.headers["X-Request-ID"]


@pytest.mark.rfc("6749 §5.1")
def test_tokens_are_not_cached(web_app: OAuthClient) -> None:
    answer = web_app.request_token("client_credentials")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.rfc("9700 §2.1.2, §2.4")
def test_a_client_under_the_stricter_profile_has_no_legacy_grant(register, browser: Browser) -> None:
    client = register(profile="oauth21", grant_types=["authorization_code", "refresh_token"])
    refused = client.request_token("password", username=browser.username, password="valid")
    assert refused.json()["error"] == "unsupported_grant_type"
    answer = browser.authorize(response_type="token", client_id=client.client_id)
    assert (answer.query | answer.fragment)["error"] == "unsupported_response_type"
    assert client.tokens_by_code(browser)["access_token"]
