"""Initial access tokens: made, listed and taken back by administrators, and good for registrations meanwhile."""

import pytest

from auth_service.models import InitialAccessToken
from tests.auth_service.admin_api.conftest import Api, faults

PATH = "/initial-access-tokens"


@pytest.fixture
def registering(app, client, monkeypatch):
    """Register a client with an initial access token; returns the status."""
    gatehouse = app.extensions["gatehouse"]
    changed = gatehouse.settings.model_copy(update={"registration": "initial_access_token"})
    monkeypatch.setattr(gatehouse, "settings", changed)

    def send(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        body = {"redirect_uris": ["https://rp.example/cb"]}
        return client.post("/oauth/register", json=body, headers=headers).status_code

    return send


@pytest.mark.rfc("7591 §3")
def test_a_token_is_shown_once_and_registers_clients(administrator: Api, registering) -> None:
    made = administrator.post(PATH, name="Partner", uses=2, expires_in=3600)
    assert made.status_code == 201 and made.headers["Cache-Control"] == "no-store"
    token = made.json.pop("token")
    assert (
        made.json | {"name": "Partner", "uses": 2, "remaining": 2, "created_by": administrator.sub}
        == made.json
    )
    assert registering(token) == 201
    (listed,) = [
        one for one in administrator.get(PATH, limit=100).json["items"] if one["id"] == made.json["id"]
    ]
    assert listed == {name: value for name, value in made.json.items() if name != "token"} | {"remaining": 1}
    assert administrator.get(f"{PATH}/{listed['id']}").json == listed
    stored = InitialAccessToken._get_collection().find_one({"_id": made.json["id"]})
    assert token not in repr(stored)


def test_a_token_that_was_deleted_registers_nothing(automation: Api, registering) -> None:
    made = automation.post(PATH, name="Leaked", uses=5).json
    assert automation.delete(f"{PATH}/{made['id']}").status_code == 204
    assert registering(made["token"]) == 401
    assert automation.delete(f"{PATH}/{made['id']}").status_code == 404


def test_expired_tokens_are_not_listed(automation: Api, clock) -> None:
    made = automation.post(PATH, name="Short", expires_in=60).json
    assert made["uses"] == 1
    clock.advance(seconds=60)
    assert made["id"] not in [one["id"] for one in automation.get(PATH, limit=100).json["items"]]
    assert automation.get(f"{PATH}/{made['id']}").status_code == 404


def test_lists_come_in_pages_newest_first(automation: Api, clock) -> None:
    made = []
    for number in range(3):
        clock.advance(seconds=1)
        made.append(automation.post(PATH, name=f"Number {number}").json["id"])
    found, after = [], {}
    while after is not None:
        page = automation.get(PATH, limit=2, **after).json
        found += [one["id"] for one in page["items"]]
        after = {"after": page["next"]} if page["next"] else None
    assert [one for one in found if one in made] == made[::-1] and len(found) == len(set(found))


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "\u202e"}, "name"),
        ({"name": "x", "uses": 0}, "uses"),
        ({"name": "x", "uses": "2"}, "uses"),
        ({"name": "x", "uses": 2**40}, "uses"),
        ({"name": "x", "expires_in": 59}, "expires_in"),
        ({"name": "x", "expires_in": 2**40}, "expires_in"),
        ({"name": "x", "token": "mine"}, "token"),
    ],
)
def test_a_bad_field_is_named(automation: Api, fields, at_fault) -> None:
    assert list(faults(automation.post(PATH, **fields))) == [at_fault]


def test_a_client_that_registered_itself_is_told_apart(app, client, automation: Api, registering) -> None:
    token = automation.post(PATH, name="One").json["token"]
    body = {"redirect_uris": ["https://rp.example/cb"]}
    told = client.post("/oauth/register", json=body, headers={"Authorization": f"Bearer {token}"}).json
    shown = automation.get(f"/clients/{told['client_id']}").json
    assert shown["registered_itself"] is True and "registration_access_token" not in shown
    assert automation.create_client()["registered_itself"] is False


def test_the_new_fields_go_in_and_out(automation: Api) -> None:
    given = {
        "jwks_uri": "https://app.example/jwks",
        "token_endpoint_auth_method": "private_key_jwt",
        "id_token_signed_response_alg": "EdDSA",
        "response_types": ["token id_token code"],
        "subject_type": "pairwise",
        "default_max_age": 60,
        "backchannel_logout_uri": "https://app.example/out",
        "request_uris": ["https://app.example/request"],
    }
    made = automation.create_client(**given)
    expected = given | {"response_types": ["code id_token token"]}
    assert {name: made[name] for name in given} == expected
    assert made["client_secret"] is None
    path = f"/clients/{made['client_id']}"
    refused = automation.patch(path, jwks={"keys": [{"kty": "oct", "k": "AAAA"}]})
    assert list(faults(refused)) == ["jwks"]
    changed = automation.patch(path, default_max_age=None, subject_type="public")
    assert (changed.json["default_max_age"], changed.json["subject_type"]) == (None, "public")
    assert automation.post(f"{path}/secret").status_code in (400, 409)


@pytest.mark.rfc("OIDC Core §9")
def test_a_sealed_secret_follows_the_method_and_each_rotation(app, automation: Api) -> None:
    from auth_service.models import Client

    sealer = app.extensions["gatehouse"].sealer
    made = automation.create_client(token_endpoint_auth_method="client_secret_jwt")
    path, context = f"/clients/{made['client_id']}", f"client_secret:{made['client_id']}"
    rotated = automation.post(f"{path}/secret", keep_previous_for=0).json["client_secret"]
    sealed = Client.objects.get(client_id=made["client_id"]).encrypted_secret
    assert sealer.open(sealed, context).decode() == rotated
    assert "encrypted_secret" not in automation.get(path).json
    automation.patch(path, token_endpoint_auth_method="client_secret_basic")
    assert Client.objects.get(client_id=made["client_id"]).encrypted_secret is None
