"""`clients:own`: people manage their own clients, and nothing that reaches beyond those."""

import pytest

from auth_service.clock import FrozenClock
from auth_service.models import Client, Grant, User
from tests.auth_service.admin_api.conftest import Api, faults

URIS = ["https://app.example/cb"]


def test_owners_manage_their_own(owner: Api) -> None:
    created = owner.create_client()
    path = f"/clients/{created['client_id']}"
    assert created["owner"] == owner.sub
    assert [c["client_id"] for c in owner.get("/clients").json["items"]] == [created["client_id"]]
    assert owner.patch(path, client_name="Mine").json["client_name"] == "Mine"
    assert owner.post(f"{path}/secret", keep_previous_for=0).status_code == 200
    assert owner.get("/scopes").status_code == 200
    assert owner.delete(path).status_code == 204
    assert owner.get("/clients").json["items"] == []


def test_who_allowed_their_client_is_asked_again_once_it_is_answered_elsewhere(
    owner: Api, user: User, clock: FrozenClock
) -> None:
    client_id = owner.create_client(redirect_uris=URIS)["client_id"]
    Grant.allow(user.id, client_id, ["openid"], clock.now())
    assert owner.patch(f"/clients/{client_id}", redirect_uris=["https://app.example/2"]).status_code == 200
    assert owner.patch(f"/clients/{client_id}", client_name="Other").status_code == 200
    assert Grant.covers(user.id, client_id, ["openid"])
    assert owner.patch(f"/clients/{client_id}", redirect_uris=["https://thief.example/"]).status_code == 200
    assert not Grant.covers(user.id, client_id, ["openid"])


def test_clients_of_others_do_not_exist(owner: Api, automation: Api, administrator: Api) -> None:
    for other in (automation.create_client(), administrator.create_client()):
        path = f"/clients/{other['client_id']}"
        answers = [
            owner.get(path),
            owner.patch(path, client_name="Taken"),
            owner.delete(path),
            owner.post(f"{path}/secret", keep_previous_for=0),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert owner.get("/clients", owner=administrator.sub).json["items"] == []
    assert owner.get("/clients", search="App").json["items"] == []


@pytest.mark.parametrize("path", ["/users", "/tokens", "/grants", "/signing-keys", "/counts", "/health"])
def test_nothing_else_is_theirs(owner: Api, path: str) -> None:
    assert owner.get(path).json["error"] == "insufficient_scope"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("owner", "somebody-else"),
        ("owner", None),
        ("resource_server", True),
        ("consent_required", False),
        ("audience", ["https://api.example.com"]),
        ("disabled", False),
        ("scope", "profile admin:read"),
        ("scope", "admin:write"),
        ("scope", "clients:own"),
    ],
)
def test_what_only_administrators_set(owner: Api, field: str, value: object) -> None:
    assert list(faults(owner.post("/clients", redirect_uris=URIS, **{field: value}))) == [field]
    path = f"/clients/{owner.create_client()['client_id']}"
    assert list(faults(owner.patch(path, **{field: value}))) == [field]


@pytest.mark.parametrize(
    "raised",
    [
        {"scope": "profile admin:read"},
        {"resource_server": True},
        {"consent_required": False},
        {"audience": ["https://api.example.com"]},
        {"disabled": True},
    ],
)
def test_a_client_that_was_raised_is_not_the_owners_to_turn(
    owner: Api, automation: Api, raised: dict[str, object]
) -> None:
    path = f"/clients/{owner.create_client()['client_id']}"
    assert automation.patch(path, **raised).status_code == 200
    assert owner.get(path).status_code == 200
    for answer in (
        owner.patch(path, redirect_uris=["https://thief.example"]),
        owner.post(f"{path}/secret", keep_previous_for=0),
        owner.delete(path),
    ):
        assert answer.status_code == 403
    assert automation.get(path).json["redirect_uris"] == URIS


def test_a_client_without_owner_belongs_to_nobody(owner: Api) -> None:
    assert Client.objects(owner=None).first() is not None
    assert owner.get("/clients").json["items"] == []
