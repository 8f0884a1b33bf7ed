"""Who may do what: administrators everything, owners their own clients, everyone else nothing."""

import pytest

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient

OWN = {"client_name": "Mine", "redirect_uris": [REDIRECT_URI]}
ADMINISTRATION = ["/users", "/tokens", "/grants", "/signing-keys", "/counts", "/health"]


def test_owners_manage_their_own_clients_and_see_no_others(register, as_person) -> None:
    mine, theirs = as_person(), as_person()
    made = mine.call("POST", "/clients", json=OWN).json()
    path = f"/clients/{made['client_id']}"
    assert [client["client_id"] for client in mine.read("/clients")["items"]] == [made["client_id"]]
    assert mine.call("PATCH", path, json={"client_name": "Renamed"}).json()["client_name"] == "Renamed"
    assert mine.call("POST", f"{path}/secret", json={}).status_code == 200
    assert theirs.read("/clients")["items"] == []
    for method, suffix, body in (
        ("GET", "", None),
        ("PATCH", "", {"client_name": "Stolen"}),
        ("DELETE", "", None),
        ("POST", "/secret", {}),
    ):
        assert theirs.call(method, path + suffix, json=body).status_code == 404
    foreign: OAuthClient = register()
    assert mine.call("GET", f"/clients/{foreign.client_id}").status_code == 404
    assert mine.call("DELETE", path).status_code == 204


@pytest.mark.parametrize(
    "raised",
    [
        {"resource_server": True},
        {"owner": "somebody"},
        {"audience": ["https://api.example"]},
        {"consent_required": False},
        {"scope": "openid admin:write"},
    ],
)
def test_owners_cannot_raise_their_clients(as_person, raised: dict) -> None:
    mine: AdminApi = as_person()
    refused = mine.call("POST", "/clients", json=OWN | raised)
    assert refused.status_code == 400
    assert [fault["field"] for fault in refused.json()["errors"]] == list(raised)
    path = f"/clients/{mine.call('POST', '/clients', json=OWN).json()['client_id']}"
    assert mine.call("PATCH", path, json=raised).status_code == 400


@pytest.mark.parametrize("path", ADMINISTRATION)
def test_owners_see_nothing_else(as_person, path: str) -> None:
    answer = as_person().call("GET", path)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_people_without_the_role_are_not_given_admin_scopes(
    console: OAuthClient, resource_server: OAuthClient, browser: Browser
) -> None:
    tokens = console.tokens_by_code(browser, scope="profile admin:read admin:write")
    assert tokens["scope"] == "profile"
    assert resource_server.introspect(tokens["access_token"]).json()["scope"] == "profile"


def test_an_administrator_who_loses_the_role_can_do_nothing_more(admin: AdminApi, as_person) -> None:
    user = admin.create_user(roles=["admin"])
    person = as_person(user["username"], "admin:read admin:write")
    assert person.call("GET", "/counts").status_code == 200
    assert admin.call("PATCH", f"/users/{user['sub']}", json={"roles": []}).status_code == 200
    assert person.call("GET", "/counts").status_code == 403


def test_reading_does_not_allow_writing(gateway: Gateway, demo_client) -> None:
    token = demo_client("demo-automation").tokens("client_credentials", scope="admin:read")["access_token"]
    reader = AdminApi(gateway, token)
    assert reader.call("GET", "/clients").status_code == 200
    refused = reader.call("POST", "/clients", json=OWN)
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    assert 'scope="admin:write' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", ["/clients", *ADMINISTRATION])
def test_without_a_token_nothing(gateway: Gateway, path: str) -> None:
    answer = gateway.get(f"/admin-api/v1{path}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_session_cookie_is_no_token(browser: Browser, gateway: Gateway) -> None:
    browser.username = "admin"
    browser.sign_in()
    assert browser.http.get("/admin-api/v1/clients").status_code == 401
    cookie = browser.session_cookie()
    assert gateway.get("/admin-api/v1/clients", headers=bearer(cookie or "")).status_code == 401
