"""Who gets in: the token, its audience, its scope, and whether its person and client still are what they were."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from auth_service.clock import FrozenClock
from auth_service.models import AccessToken, Client, User
from auth_service.models.secret import hash_secret
from tests.auth_service.admin_api.conftest import Api

ROUTES = [
    ("GET", "/clients", "admin:read clients:own"),
    ("POST", "/clients", "admin:write clients:own"),
    ("GET", "/clients/x", "admin:read clients:own"),
    ("PATCH", "/clients/x", "admin:write clients:own"),
    ("DELETE", "/clients/x", "admin:write clients:own"),
    ("POST", "/clients/x/secret", "admin:write clients:own"),
    ("GET", "/initial-access-tokens", "admin:read"),
    ("POST", "/initial-access-tokens", "admin:write"),
    ("GET", "/initial-access-tokens/x", "admin:read"),
    ("DELETE", "/initial-access-tokens/x", "admin:write"),
    ("GET", "/users", "admin:read"),
    ("POST", "/users", "admin:write"),
    ("GET", "/users/x", "admin:read"),
    ("PATCH", "/users/x", "admin:write"),
    ("DELETE", "/users/x", "admin:write"),
    ("POST", "/users/x/password", "admin:write"),
    ("GET", "/tokens", "admin:read"),
    ("DELETE", "/tokens", "admin:write"),
    ("GET", "/tokens/x", "admin:read"),
    ("DELETE", "/tokens/x", "admin:write"),
    ("GET", "/grants", "admin:read"),
    ("DELETE", "/grants", "admin:write"),
    ("GET", "/grants/x", "admin:read"),
    ("DELETE", "/grants/x", "admin:write"),
    ("GET", "/signing-keys", "admin:read"),
    ("POST", "/signing-keys/rotate", "admin:write"),
    ("POST", "/signing-keys/x/revoke", "admin:write"),
    ("GET", "/logout-deliveries", "admin:read"),
    ("POST", "/logout-deliveries/x/retry", "admin:write"),
    ("GET", "/health", "admin:read"),
    ("GET", "/counts", "admin:read"),
    ("GET", "/scopes", "admin:read clients:own"),
]


def test_the_list_above_is_complete(app: Flask) -> None:
    mounted = {
        (method, rule.rule.removeprefix("/admin-api/v1"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin-api/v1") and not rule.rule.endswith("openapi.json")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    ids = ("<client_id>", "<sub>", "<token_id>", "<grant_id>", "<kid>", "<delivery_id>")
    named = set()
    for method, path in mounted:
        for name in ids:
            path = path.replace(name, "x")
        named.add((method, path))
    assert named == {(method, path) for method, path, _ in ROUTES}


@pytest.mark.rfc("6750 §3")
@pytest.mark.parametrize(("method", "path", "_scope"), ROUTES)
def test_without_a_token_there_is_a_challenge_and_no_error_code(
    client: FlaskClient, method: str, path: str, _scope: str
) -> None:
    response = client.open(f"/admin-api/v1{path}", method=method)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="gatehouse"'
    assert response.json["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_the_other_scope_is_not_enough(
    as_program: Callable[[str], Api], method: str, path: str, scope: str
) -> None:
    other = "admin:read" if "admin:write" in scope else "admin:write"
    response = as_program(other).call(method, path, json={} if method in ("POST", "PATCH") else None)
    assert response.status_code == 403
    assert response.json["error"] == "insufficient_scope"
    assert f'scope="{scope}"' in response.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §2")
def test_a_token_is_taken_from_the_header_only(client: FlaskClient, automation: Api) -> None:
    path = "/admin-api/v1/counts"
    assert client.get(path, query_string={"access_token": automation.token}).status_code == 401
    client.set_cookie("access_token", automation.token)
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": f"bearer {automation.token}"}).status_code == 200
    assert client.get(path, headers={"Authorization": f"Bearer  {automation.token}"}).status_code == 200
    twice = [("Authorization", f"Bearer {automation.token}")] * 2
    assert client.get(path, headers=twice).status_code == 400
    assert client.get(path, headers={"Authorization": f"Basic {automation.token}"}).status_code == 401


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t + "A", lambda t: "x", lambda t: t.upper()])
def test_a_token_that_is_not_one_of_ours(automation: Api, spoil: Callable[[str], str]) -> None:
    automation.token = spoil(automation.token)
    response = automation.get("/counts")
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer a b", "Bearer \x7f", "Bearer é", "Bearer " + "a" * 9000]
)
def test_a_malformed_header(client: FlaskClient, header: str) -> None:
    response = client.get("/admin-api/v1/counts", headers={"Authorization": header})
    assert (response.status_code, response.json["error"]) == (400, "invalid_request")
    assert 'error="invalid_request"' in response.headers["WWW-Authenticate"]


def test_an_expired_token(automation: Api, clock: FrozenClock) -> None:
    clock.advance(minutes=59)
    assert automation.get("/counts").status_code == 200
    clock.advance(minutes=1)
    assert automation.get("/counts").json["error"] == "invalid_token"


def test_a_revoked_token(automation: Api) -> None:
    assert automation.delete(f"/tokens/{hash_secret(automation.token)}").json == {"revoked": 1}
    assert automation.get("/counts").json["error"] == "invalid_token"


def test_a_token_for_another_audience(automation: Api) -> None:
    AccessToken.objects(id=hash_secret(automation.token)).update(set__aud=["http://127.0.0.1:5000/api"])
    response = automation.get("/counts")
    assert (response.status_code, response.json["error"]) == (401, "invalid_token")


def test_an_administrator_is_one_no_longer(administrator: Api) -> None:
    assert administrator.get("/counts").status_code == 200
    User.objects(id=administrator.sub).update(set__roles=[])
    assert administrator.get("/counts").json["error"] == "insufficient_scope"
    assert administrator.post("/users", username="nobody").status_code == 403
    assert administrator.get("/clients").json == {"items": [], "next": None}, "what they own is left to them"


def test_a_client_from_which_the_scope_was_taken(automation: Api, administrator: Api) -> None:
    client_id = automation.get("/tokens", limit=1, sub=administrator.sub).json["items"][0]["client_id"]
    assert automation.patch(f"/clients/{client_id}", scope="admin:read").status_code == 200
    assert administrator.get("/users").status_code == 200
    assert administrator.post("/users", username="no").status_code == 403


def test_a_person_who_was_disabled_behind_the_api(administrator: Api, clock: FrozenClock) -> None:
    User.objects(id=administrator.sub).update(set__disabled_at=clock.now())
    assert administrator.get("/counts").json["error"] == "invalid_token"


def test_a_client_that_was_removed_behind_the_api(automation: Api) -> None:
    token = AccessToken.objects(id=hash_secret(automation.token)).first()
    Client.objects(client_id=token.client_id).delete()
    assert automation.get("/counts").json["error"] == "invalid_token"


def test_a_program_owns_nothing(as_program: Callable[[str], Api]) -> None:
    assert as_program("clients:own").get("/clients").json["error"] == "insufficient_scope"


def test_a_role_is_not_given_by_asking_for_the_scope(as_person: Callable[..., Api]) -> None:
    person = as_person("admin:read admin:write clients:own")
    assert person.get("/users").json["error"] == "insufficient_scope"
