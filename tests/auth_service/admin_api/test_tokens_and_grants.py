"""`/tokens` and `/grants`: what is valid is listed with names, and can be taken back one by one or all at once."""

import secrets
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from auth_service.clock import FrozenClock
from auth_service.models import Grant
from auth_service.models.secret import hash_secret
from tests.auth_service.admin_api.conftest import Api, faults
from tests.auth_service.conftest import basic


class Person:
    """Somebody with tokens at an app."""

    def __init__(self, client: FlaskClient, username: str, client_id: str) -> None:
        self.client, self.client_id = client, client_id
        form = {"grant_type": "password", "username": username, "password": "valid"}
        answer = client.post("/oauth/token", data=form, auth=basic(client_id)).json
        self.access, self.refresh = answer["access_token"], answer["refresh_token"]

    def refresh_status(self) -> int:
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        return self.client.post("/oauth/token", data=form, auth=basic(self.client_id)).status_code

    def access_status(self) -> int:
        return self.client.get(
            "/oauth/userinfo", headers={"Authorization": f"Bearer {self.access}"}
        ).status_code


@pytest.fixture
def person(client: FlaskClient, username: str, register: Callable[..., str]) -> Person:
    return Person(client, username, register(client_name="Shop", scope="openid profile"))


def test_tokens_are_listed_with_names(
    automation: Api, person: Person, username: str, clock: FrozenClock
) -> None:
    items = automation.get("/tokens", client_id=person.client_id).json["items"]
    assert {item["id"] for item in items} == {hash_secret(person.access), hash_secret(person.refresh)}
    assert [automation.get(f"/tokens/{item['id']}").json for item in items] == items
    assert {item["kind"] for item in items} == {"access", "refresh"}
    for item in items:
        assert (item["client_name"], item["username"], item["scope"]) == ("Shop", username, "openid profile")
        assert item["expires_at"] > item["issued_at"]
    [access] = automation.get("/tokens", client_id=person.client_id, kind="access").json["items"]
    assert (access["id"], access["format"]) == (hash_secret(person.access), "opaque")
    assert access["aud"] == ["http://127.0.0.1:5000/oauth/userinfo", "http://127.0.0.1:5000/api"]
    [refresh] = automation.get("/tokens", sub=items[0]["sub"], kind="refresh").json["items"]
    assert refresh["id"] == hash_secret(person.refresh)
    assert automation.get("/tokens", sub=items[0]["sub"], client_id="another").json["items"] == []


def test_what_is_no_longer_valid_is_not_listed(automation: Api, person: Person, clock: FrozenClock) -> None:
    def listed() -> set[str]:
        return {item["id"] for item in automation.get("/tokens", client_id=person.client_id).json["items"]}

    assert person.refresh_status() == 200
    assert hash_secret(person.refresh) not in listed(), "used"
    assert len(listed()) == 3
    assert automation.get(f"/clients/{person.client_id}").json["active_refresh_tokens"] == 1


def test_an_expired_token_is_not_listed(
    as_program: Callable[[str], Api], person: Person, clock: FrozenClock
) -> None:
    clock.advance(hours=1)
    items = as_program("admin:read").get("/tokens", client_id=person.client_id).json["items"]
    assert [item["kind"] for item in items] == ["refresh"]


def test_revoking_an_access_token_alone(automation: Api, person: Person) -> None:
    assert automation.delete(f"/tokens/{hash_secret(person.access)}").json == {"revoked": 1}
    assert person.access_status() == 401
    assert person.refresh_status() == 200
    assert automation.delete(f"/tokens/{hash_secret(person.access)}").status_code == 404


def test_revoking_a_refresh_token_takes_its_family(automation: Api, person: Person) -> None:
    assert automation.delete(f"/tokens/{hash_secret(person.refresh)}").json == {"revoked": 2}
    assert (person.access_status(), person.refresh_status()) == (401, 400)


@pytest.mark.parametrize("by", [("client_id",), ("sub",), ("client_id", "sub")])
def test_revoking_all(
    automation: Api,
    client: FlaskClient,
    username: str,
    person: Person,
    register: Callable[..., str],
    by: tuple[str, ...],
) -> None:
    elsewhere = Person(client, username, register())
    someone = Person(client, f"user-{secrets.token_hex(6)}", person.client_id)
    token = automation.get("/tokens", client_id=person.client_id).json["items"]
    sub = next(item["sub"] for item in token if item["username"] == username)
    ids = {"client_id": person.client_id, "sub": sub}
    response = automation.delete("/tokens", **{name: ids[name] for name in by})
    assert response.json == {"revoked": 2 if len(by) == 2 else 4}
    assert person.access_status() == 401
    assert someone.access_status() == (401 if by == ("client_id",) else 200)
    assert elsewhere.refresh_status() == (400 if by == ("sub",) else 200)


@pytest.mark.parametrize("path", ["/tokens", "/grants"])
@pytest.mark.parametrize("query", [{}, {"client_id": ""}, {"kind": "access"}, {"all": "true"}])
def test_everything_of_everybody_is_never_meant(automation: Api, path: str, query: dict[str, str]) -> None:
    assert faults(automation.delete(path, **query))


@pytest.mark.parametrize(
    "query", [{"kind": "id"}, {"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"sub": ""}, {"user": "x"}]
)
def test_a_bad_query_is_named(automation: Api, query: dict[str, str]) -> None:
    assert list(faults(automation.get("/tokens", **query))) == list(query)


def test_a_grant_is_listed_and_taken_back_with_its_tokens(
    automation: Api, person: Person, username: str, clock: FrozenClock
) -> None:
    sub = automation.get("/tokens", client_id=person.client_id).json["items"][0]["sub"]
    Grant.allow(sub, person.client_id, ["openid", "profile"], clock.now())
    [grant] = automation.get("/grants", sub=sub).json["items"]
    assert automation.get("/grants", client_id=person.client_id).json["items"] == [grant]
    assert automation.get(f"/grants/{grant['id']}").json == grant
    assert (grant["id"], grant["client_name"], grant["username"]) == (
        f"{sub}:{person.client_id}",
        "Shop",
        username,
    )
    assert grant["scope"] == ["openid", "profile"]
    assert automation.delete(f"/grants/{grant['id']}").json == {"revoked": 1}
    assert (person.access_status(), person.refresh_status()) == (401, 400)
    assert automation.delete(f"/grants/{grant['id']}").status_code == 404
    assert automation.get("/grants", sub=sub).json["items"] == []


def test_all_grants_of_a_client(automation: Api, person: Person, clock: FrozenClock) -> None:
    for sub in ("ann", "bob"):
        Grant.allow(sub, person.client_id, ["profile"], clock.now())
    assert automation.delete("/grants", client_id=person.client_id, sub="ann").json == {"revoked": 1}
    assert person.access_status() == 200
    assert automation.delete("/grants", client_id=person.client_id).json == {"revoked": 1}
    assert person.access_status() == 401


def test_names_of_what_is_gone_are_null(automation: Api, clock: FrozenClock) -> None:
    gone = secrets.token_hex(6)
    Grant.allow(gone, "no-client", ["profile"], clock.now())
    [grant] = automation.get("/grants", sub=gone).json["items"]
    assert (grant["client_name"], grant["username"]) == (None, None)


@pytest.mark.parametrize("what", ["grant", "user", "client"])
def test_a_deletion_that_the_database_cut_off_can_be_repeated(
    automation: Api, person: Person, clock: FrozenClock, fail: Callable[..., None], what: str
) -> None:
    sub = automation.get("/tokens", client_id=person.client_id).json["items"][0]["sub"]
    Grant.allow(sub, person.client_id, ["profile"], clock.now())
    paths = {
        "grant": f"/grants/{sub}:{person.client_id}",
        "user": f"/users/{sub}",
        "client": f"/clients/{person.client_id}",
    }
    fail("delete", "access_tokens")
    assert automation.delete(paths[what]).status_code == 503
    assert automation.delete(paths[what]).status_code in (200, 204)
    assert automation.get(paths[what]).status_code == 404
    assert (person.access_status(), person.refresh_status()) == (401, 401 if what == "client" else 400)
