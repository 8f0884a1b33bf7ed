"""Userinfo: the claims that the scope opens, and no others."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient


@pytest.mark.rfc("OIDC Core §5.3.1")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", {"sub"}),
        ("openid profile", {"sub", "name", "preferred_username", "updated_at"}),
        ("openid email", {"sub", "email", "email_verified"}),
    ],
)
def test_claims_by_scope(
    admin, web_app: OAuthClient, gateway: Gateway, new_browser, method: str, scope: str, claims: set[str]
) -> None:
    user = admin.create_user(email=f"{scope.split()[-1]}-{method.lower()}@example.com", email_verified=True)
    browser: Browser = new_browser(user["username"])
    token = web_app.tokens_by_code(browser, scope=scope)["access_token"]
    answer = gateway.request(method, "/oauth/userinfo", headers=bearer(token))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert claims - {"name"} <= set(answer.json()) <= claims
    assert answer.json()["sub"] == user["sub"]


@pytest.mark.rfc("OIDC Core §5.3.3")
def test_without_a_token(gateway: Gateway) -> None:
    answer = gateway.get("/oauth/userinfo")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.rfc("OIDC Core §5.3.1")
def test_a_token_without_openid(web_app: OAuthClient, gateway: Gateway, browser: Browser) -> None:
    token = web_app.tokens_by_code(browser, scope="profile")["access_token"]
    answer = gateway.get("/oauth/userinfo", headers=bearer(token))
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


@pytest.mark.rfc("OIDC Core §5.3")
def test_a_clients_own_token_is_nobodys(web_app: OAuthClient, gateway: Gateway) -> None:
    token = web_app.tokens("client_credentials")["access_token"]
    assert gateway.get("/oauth/userinfo", headers=bearer(token)).status_code == 403


@pytest.mark.rfc("OIDC Core §5.3")
def test_who_is_disabled_is_gone(admin, web_app: OAuthClient, gateway: Gateway, new_browser) -> None:
    user = admin.create_user()
    token = web_app.tokens_by_code(new_browser(user["username"]), scope="openid")["access_token"]
    assert gateway.get("/oauth/userinfo", headers=bearer(token)).status_code == 200
    assert admin.call("PATCH", f"/users/{user['sub']}", json={"disabled": True}).status_code == 200
    assert gateway.get("/oauth/userinfo", headers=bearer(token)).status_code == 401
