"""GET /api/me."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.resource_api.gatehouse import PERSON, Clock, Gatehouse

Bearer = Callable[..., dict[str, str]]


def test_a_person_with_the_scope_profile_only(api: FlaskClient, bearer: Bearer) -> None:
    answer = api.get("/api/me", headers=bearer("profile"))
    assert answer.json == {"id": PERSON, "sub": PERSON, "username": "alice", "name": "Alice Ångström"}


def test_the_scope_email_opens_the_address(api: FlaskClient, bearer: Bearer) -> None:
    answer = api.get("/api/me", headers=bearer("email profile"))
    assert answer.json["email"] == "alice@example.com"
    assert answer.json["email_verified"] is True
    assert "password_hash" not in answer.json


@pytest.mark.rfc("6749 §4.4")
def test_a_client_for_itself_is_told_who_it_is(api: FlaskClient, bearer: Bearer) -> None:
    answer = api.get("/api/me", headers=bearer("profile email", sub=None, client_id="robot"))
    assert answer.json == {"id": "robot", "client_id": "robot", "client_name": "A robot"}


def test_a_person_without_name_or_address(api: FlaskClient, bearer: Bearer, gatehouse: Gatehouse) -> None:
    gatehouse.add_person("sub-of-carol", username="carol")
    answer = api.get("/api/me", headers=bearer("profile email", sub="sub-of-carol"))
    assert answer.json["username"] == "carol"
    assert answer.json["name"] is None
    assert answer.json["email"] is None


@pytest.mark.rfc("OIDC Core §8.1")
@pytest.mark.parametrize("strategy", ["shared_database", "endpoint"], indirect=True)
def test_a_client_with_pairwise_subjects_is_told_its_own(api: FlaskClient, bearer: Bearer) -> None:
    mine = api.get("/api/me", headers=bearer("profile", client_sub="only-for-web"))
    assert (mine.json["id"], mine.json["sub"]) == ("only-for-web", "only-for-web")
    assert PERSON not in mine.text
    assert mine.json["username"] == "alice"


@pytest.mark.parametrize("change", ["disable", "delete"])
def test_a_person_who_is_gone_is_an_invalid_token(
    api: FlaskClient, bearer: Bearer, gatehouse: Gatehouse, clock: Clock, change: str
) -> None:
    headers = bearer()
    if change == "disable":
        gatehouse.database["users"].update_one({"_id": PERSON}, {"$set": {"disabled_at": clock.now()}})
    else:
        gatehouse.database["users"].delete_one({"_id": PERSON})
    answer = api.get("/api/me", headers=headers)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
    assert f'realm="{gatehouse.issuer}/api", error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("change", ["disable", "delete"])
def test_a_client_that_is_gone_is_an_invalid_token(
    api: FlaskClient, bearer: Bearer, gatehouse: Gatehouse, clock: Clock, change: str
) -> None:
    headers = bearer(sub=None, client_id="robot")
    if change == "disable":
        gatehouse.database["clients"].update_one({"_id": "robot"}, {"$set": {"disabled_at": clock.now()}})
    else:
        gatehouse.database["clients"].delete_one({"_id": "robot"})
    answer = api.get("/api/me", headers=headers)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
