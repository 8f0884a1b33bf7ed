"""Users, tokens, grants, signing keys, counts and the document that describes them all."""

import pytest

from tests.e2e.admin import PREFIX, AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient


def test_the_life_of_a_user(admin: AdminApi) -> None:
    made = admin.create_user(name="Größe", email="Mixed@Example.com", email_verified=True)
    path = f"/users/{made['sub']}"
    assert made["password"]  # generated, shown this once
    read = admin.read(path)
    assert (read["name"], read["email"]) == ("Größe", "mixed@example.com")
    assert "password" not in str(read)
    assert [user["sub"] for user in admin.read("/users", search=made["username"])["items"]] == [made["sub"]]
    assert admin.call("PATCH", path, json={"name": "New"}).json()["name"] == "New"
    assert admin.call("POST", f"{path}/password", json={}).json()["password"]
    chosen = admin.gateway.used_secrets.add("password", "a-password-that-was-chosen")
    assert admin.call("POST", f"{path}/password", json={"password": chosen}).json() == {"password": None}
    assert admin.call("DELETE", path).status_code == 204
    assert admin.call("GET", path).status_code == 404


def test_a_name_is_taken_once_however_it_is_spelt(admin: AdminApi) -> None:
    made = admin.create_user()
    again = admin.call("POST", "/users", json={"username": f" {made['username'].upper()} "})
    assert again.status_code == 400
    assert again.json()["errors"][0]["field"] == "username"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"email": "not-an-address"}, "email"),
        ({"password": "short"}, "password"),
        ({"roles": ["king"]}, "roles[0]"),
        ({"sub": "chosen"}, "sub"),
    ],
)
def test_a_faulty_field_of_a_user_is_named(admin: AdminApi, change: dict, field: str) -> None:
    answer = admin.call("POST", "/users", json={"username": "somebody-else"} | change)
    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("action", ["disable", "password"])
def test_disabling_or_resetting_ends_sessions_and_tokens(
    admin: AdminApi, web_app: OAuthClient, gateway: Gateway, new_browser, action: str
) -> None:
    user = admin.create_user()
    browser: Browser = new_browser(user["username"])
    tokens = web_app.tokens_by_code(browser)
    path = f"/users/{user['sub']}"
    if action == "disable":
        assert admin.call("PATCH", path, json={"disabled": True}).status_code == 200
    else:
        assert admin.call("POST", f"{path}/password", json={}).status_code == 200
    assert gateway.get("/api/me", headers=bearer(tokens["access_token"])).status_code == 401
    refused = web_app.request_token("refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    assert browser.open("/login").url.endswith("/login")  # no longer signed in


def test_who_is_disabled_cannot_sign_in(admin: AdminApi, web_app: OAuthClient) -> None:
    user = admin.create_user()
    admin.call("PATCH", f"/users/{user['sub']}", json={"disabled": True})
    refused = web_app.request_token("password", username=user["username"], password="valid")
    assert refused.json()["error"] == "invalid_grant"


def test_tokens_are_listed_without_being_told_and_revoked(
    register, admin: AdminApi, gateway: Gateway, browser: Browser
) -> None:
    client: OAuthClient = register(client_name="Listed app")
    tokens = client.tokens_by_code(browser)
    listed = admin.read("/tokens", client_id=client.client_id)["items"]
    assert {item["kind"] for item in listed} == {"access", "refresh"}
    assert {(it["client_name"], it["username"]) for it in listed} == {("Listed app", browser.username)}
    assert tokens["access_token"] not in str(listed)
    [access] = admin.read("/tokens", client_id=client.client_id, kind="access")["items"]
    assert admin.call("DELETE", f"/tokens/{access['id']}").json() == {"revoked": 1}
    assert gateway.get("/api/me", headers=bearer(tokens["access_token"])).status_code == 401
    assert admin.call("DELETE", f"/tokens/{access['id']}").status_code == 404


def test_all_tokens_of_a_client_or_user_are_revoked_at_once(
    register, admin: AdminApi, gateway: Gateway, browser: Browser
) -> None:
    client: OAuthClient = register()
    by_client = client.tokens("client_credentials")["access_token"]
    of_user = client.tokens_by_code(browser, scope="openid profile")["access_token"]
    sub = gateway.get("/oauth/userinfo", headers=bearer(of_user)).json()["sub"]
    assert admin.call("DELETE", "/tokens", params={"sub": sub}).json()["revoked"] == 2
    assert gateway.get("/api/me", headers=bearer(by_client)).status_code == 200
    assert admin.call("DELETE", "/tokens", params={"client_id": client.client_id}).json()["revoked"] == 1
    assert gateway.get("/api/me", headers=bearer(by_client)).status_code == 401
    assert admin.call("DELETE", "/tokens").status_code == 400  # everybody's is not to be had by omission


def test_a_grant_taken_back_takes_its_tokens_and_asks_again(
    register, admin: AdminApi, gateway: Gateway, browser: Browser
) -> None:
    client: OAuthClient = register()
    tokens = client.tokens_by_code(browser, scope="profile")
    [grant] = admin.read("/grants", client_id=client.client_id)["items"]
    assert (grant["username"], grant["scope"]) == (browser.username, ["profile"])
    assert admin.call("DELETE", f"/grants/{grant['id']}").json() == {"revoked": 1}
    assert gateway.get("/api/me", headers=bearer(tokens["access_token"])).status_code == 401
    request, _ = client.authorization()
    assert "/consent?" in browser.open("/oauth/authorize", **request).url


def test_counts_scopes_and_health(admin: AdminApi, gateway: Gateway) -> None:
    counts = admin.read("/counts")
    assert set(counts) == {"clients", "users", "access_tokens", "refresh_tokens", "grants", "sessions"}
    assert counts["clients"] >= 6
    assert admin.read("/health")["issuer"] == gateway.url
    scopes = {scope["name"]: scope["audience"] for scope in admin.read("/scopes")}
    assert scopes["profile"] == f"{gateway.url}/api"
    assert scopes["admin:read"] == f"{gateway.url}/admin-api"


def test_rotated_signing_keys_are_published_before_they_sign(
    admin: AdminApi, gateway: Gateway, web_app: OAuthClient, browser: Browser
) -> None:
    published = {key["kid"] for key in gateway.get("/oauth/jwks").json()["keys"]}
    keys = admin.call("POST", "/signing-keys/rotate").json()["items"]
    successors = {key["kid"] for key in keys if key["state"] == "next"}
    assert successors
    assert {key["alg"] for key in keys if key["state"] == "current"} >= {"RS256", "ES256"}
    assert published <= {key["kid"] for key in keys}
    assert all(set(key) == {"kid", "alg", "state"} | TIMES for key in keys)
    assert web_app.tokens_by_code(browser, scope="openid")["id_token"]


TIMES = {"created_at", "activates_at", "retires_at", "successor_due_at", "expires_at"}


def test_the_openapi_document_is_public_and_its_paths_are_real(gateway: Gateway) -> None:
    answer = gateway.get(f"{PREFIX}/openapi.json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": gateway.url}]
    assert len(document["paths"]) >= 14
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["security"], path
            refused = gateway.request(method, path.replace("{", "").replace("}", ""))
            assert refused.status_code == 401, (method, path)
