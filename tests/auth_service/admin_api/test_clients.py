"""`/clients`: created with what RFC 7591 fills in, changed field by field, deleted with all that they had."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey

from auth_service.admin_api import client_registry
from auth_service.clock import FrozenClock
from auth_service.models import AuthorizationCode, AuthorizationRequest, Client, Grant
from auth_service.models.secret import hash_secret
from tests.auth_service.admin_api.conftest import Api, faults


def token_status(client: FlaskClient, client_id: str, secret: str) -> int:
    form = {"grant_type": "client_credentials"}
    return client.post("/oauth/token", data=form, auth=(client_id, secret)).status_code


def signed_status(client: FlaskClient, clock: FrozenClock, client_id: str, secret: str) -> int:
    now = int(clock.now().timestamp())
    claims = {"iss": client_id, "sub": client_id, "aud": "http://127.0.0.1:5000", "exp": now + 60}
    claims["jti"] = f"{secret} {now}"
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret)),
    }
    return client.post("/oauth/token", data=form).status_code


def machine(api: Api, **fields: object) -> dict:
    return api.create_client(grant_types=["client_credentials"], redirect_uris=[], scope="profile", **fields)


@pytest.mark.rfc("7591 §2")
def test_defaults_are_filled_in(automation: Api, clock: FrozenClock) -> None:
    response = automation.post("/clients", client_name=" Shop ", redirect_uris=["https://shop.example/cb"])
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    created = response.json
    secret = created.pop("client_secret")
    assert len(secret) == 47
    assert created["client_name"] == "Shop"
    assert created["grant_types"] == ["authorization_code"]
    assert created["response_types"] == ["code"]
    assert created["token_endpoint_auth_method"] == "client_secret_basic"
    assert created["scope"] == "openid profile email"
    assert created["client_id_issued_at"] == int(clock.now().timestamp())
    assert created["client_secret_expires_at"] == 0
    read = automation.get(response.headers["Location"].removeprefix("/admin-api/v1")).json
    assert read["client_id"] == created["client_id"]
    assert (read["active_access_tokens"], read["active_refresh_tokens"]) == (0, 0)
    assert secret not in str(read)
    assert hash_secret(secret) not in str(read)


def test_a_secret_works_and_is_stored_as_a_hash(automation: Api, client: FlaskClient) -> None:
    created = machine(automation)
    assert token_status(client, created["client_id"], created["client_secret"]) == 200
    assert created["client_secret"] not in str(
        Client._get_collection().find_one({"_id": created["client_id"]})
    )


def test_a_public_client_has_no_secret(automation: Api) -> None:
    created = automation.create_client(token_endpoint_auth_method="none")
    assert created["client_secret"] is None
    assert created["secrets"] == []
    response = automation.post(f"/clients/{created['client_id']}/secret")
    assert (response.status_code, response.json["error"]) == (409, "conflict")


def test_only_given_fields_change(automation: Api, clock: FrozenClock) -> None:
    created = automation.create_client(contacts=["ops@example.com"], scope="profile")
    clock.advance(minutes=1)
    changed = automation.patch(f"/clients/{created['client_id']}", client_name="Renamed")
    assert changed.status_code == 200
    kept = {key: value for key, value in created.items() if not key.startswith("client_secret")}
    renamed = {"client_name": "Renamed", "updated_at": changed.json["updated_at"]}
    assert changed.json == kept | renamed
    assert changed.json["updated_at"] > created["updated_at"]
    search = automation.get("/clients", search="renamed", limit=100).json["items"]
    assert created["client_id"] in [found["client_id"] for found in search]


def test_a_change_is_judged_by_its_result(automation: Api) -> None:
    path = f"/clients/{automation.create_client()['client_id']}"
    assert "redirect_uris" in faults(automation.patch(path, redirect_uris=[]))
    assert "grant_types[0]" in faults(
        automation.patch(path, grant_types=["refresh_token"], response_types=[])
    )
    assert "response_types" in faults(automation.patch(path, grant_types=["client_credentials"]))
    both = automation.patch(path, grant_types=["client_credentials"], response_types=[], redirect_uris=[])
    assert both.status_code == 200
    assert "grant_types[0]" in faults(automation.patch(path, token_endpoint_auth_method="none"))


def test_becoming_public_drops_the_secrets(automation: Api) -> None:
    path = f"/clients/{automation.create_client()['client_id']}"
    assert automation.patch(path, token_endpoint_auth_method="none").json["secrets"] == []


def test_a_change_meanwhile_is_not_overwritten(
    automation: Api, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = automation.create_client()["client_id"]
    check = client_registry.client_registration.validate

    def somebody_else_is_quicker(*arguments):
        Client.objects(client_id=client_id).update(set__updated_at=clock.now().replace(year=2100))
        return check(*arguments)

    monkeypatch.setattr(client_registry.client_registration, "validate", somebody_else_is_quicker)
    response = automation.patch(f"/clients/{client_id}", client_name="Late")
    assert (response.status_code, response.json["error"]) == (409, "conflict")
    assert automation.get(f"/clients/{client_id}").json["client_name"] == "App"


def test_rotation_at_once(automation: Api, client: FlaskClient) -> None:
    created = machine(automation)
    response = automation.post(f"/clients/{created['client_id']}/secret", keep_previous_for=0)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json["previous_expires_at"] is None
    assert token_status(client, created["client_id"], created["client_secret"]) == 401
    assert token_status(client, created["client_id"], response.json["client_secret"]) == 200


def test_rotation_with_an_overlap(automation: Api, client: FlaskClient, clock: FrozenClock) -> None:
    created = machine(automation)
    client_id = created["client_id"]
    rotated = automation.post(f"/clients/{client_id}/secret", keep_previous_for=600).json
    assert len(automation.get(f"/clients/{client_id}").json["secrets"]) == 2
    clock.advance(seconds=599)
    assert token_status(client, client_id, created["client_secret"]) == 200
    clock.advance(seconds=1)
    assert token_status(client, client_id, created["client_secret"]) == 401
    assert token_status(client, client_id, rotated["client_secret"]) == 200
    assert rotated["previous_expires_at"].startswith(clock.now().strftime("%Y-%m-%dT%H:%M:%S"))


@pytest.mark.rfc("OIDC Core §9")
def test_rotation_with_an_overlap_where_the_secret_signs(
    automation: Api, client: FlaskClient, clock: FrozenClock
) -> None:
    first = machine(automation, token_endpoint_auth_method="client_secret_jwt")
    client_id, secrets = first["client_id"], [first["client_secret"]]
    for _ in range(2):
        rotated = automation.post(f"/clients/{client_id}/secret", keep_previous_for=600).json
        secrets.append(rotated["client_secret"])
    clock.advance(seconds=599)
    assert [signed_status(client, clock, client_id, secret) for secret in secrets] == [200, 200, 200]
    clock.advance(seconds=1)
    assert [signed_status(client, clock, client_id, secret) for secret in secrets] == [401, 401, 200]


def test_no_overlap_is_promised_of_a_secret_that_was_not_kept(automation: Api) -> None:
    path = f"/clients/{machine(automation)['client_id']}"
    automation.patch(path, token_endpoint_auth_method="client_secret_jwt")
    assert automation.post(f"{path}/secret", keep_previous_for=600).json["previous_expires_at"] is None


def test_an_overlap_is_never_made_longer(automation: Api, client: FlaskClient, clock: FrozenClock) -> None:
    created = machine(automation)
    for seconds in (60, 3600):
        automation.post(f"/clients/{created['client_id']}/secret", keep_previous_for=seconds)
    clock.advance(seconds=61)
    assert token_status(client, created["client_id"], created["client_secret"]) == 401


def test_secrets_do_not_pile_up(automation: Api) -> None:
    path = f"/clients/{machine(automation)['client_id']}"
    for _ in range(7):
        automation.post(f"{path}/secret", keep_previous_for=3600)
    assert len(automation.get(path).json["secrets"]) == 5


@pytest.mark.parametrize("seconds", [-1, 30 * 24 * 3600 + 1, "60", True, 1.5, None, 10**30])
def test_an_overlap_out_of_bounds(automation: Api, seconds: object) -> None:
    path = f"/clients/{machine(automation)['client_id']}/secret"
    assert "keep_previous_for" in faults(automation.post(path, keep_previous_for=seconds))


def test_disabling_revokes_and_enabling_restores(automation: Api, client: FlaskClient) -> None:
    created = machine(automation)
    path = f"/clients/{created['client_id']}"
    assert token_status(client, created["client_id"], created["client_secret"]) == 200
    assert automation.get(path).json["active_access_tokens"] == 1
    assert automation.patch(path, disabled=True).json["disabled_at"] is not None
    assert automation.get(path).json["active_access_tokens"] == 0
    assert token_status(client, created["client_id"], created["client_secret"]) == 401
    assert automation.patch(path, disabled=False).json["disabled_at"] is None
    assert token_status(client, created["client_id"], created["client_secret"]) == 200


def test_deleting_leaves_nothing(
    automation: Api, client: FlaskClient, clock: FrozenClock, register: Callable[..., str]
) -> None:
    created = machine(automation)
    client_id, now = created["client_id"], clock.now()
    token_status(client, client_id, created["client_secret"])
    Grant.allow("somebody", client_id, ["profile"], now)
    ids = {"client_id": client_id, "expires_at": now}
    AuthorizationCode(
        id=client_id, sub="s", family="f", auth_time=now, issued_at=now, purge_at=now, **ids
    ).save()
    AuthorizationRequest(
        id=client_id, parameters={"a": "b"}, redirect_uri="https://app.example/", created_at=now, **ids
    ).save()
    response = automation.delete(f"/clients/{client_id}")
    assert (response.status_code, response.data) == (204, b"")
    assert automation.get("/tokens", client_id=client_id).json["items"] == []
    assert automation.get("/grants", client_id=client_id).json["items"] == []
    for document in (AuthorizationCode, AuthorizationRequest):
        assert document.objects(client_id=client_id).first() is None
    assert token_status(client, client_id, created["client_secret"]) == 401
    for method in ("GET", "DELETE"):
        assert automation.call(method, f"/clients/{client_id}").json["error"] == "not_found"


def test_the_owner_is_the_caller_unless_named(administrator: Api, automation: Api, owner: Api) -> None:
    assert administrator.create_client()["owner"] == administrator.sub
    assert automation.create_client()["owner"] is None
    assert administrator.create_client(owner=owner.sub)["owner"] == owner.sub
    assert "owner" in faults(administrator.post("/clients", redirect_uris=["https://a.example"], owner="no"))


def test_what_is_ours_can_be_set(automation: Api) -> None:
    ours = {
        "profile": "oauth21",
        "access_token_format": "jwt",
        "audience": ["https://api.example.com", "urn:example:api"],
        "resource_server": True,
        "consent_required": False,
    }
    created = automation.create_client(**ours)
    assert {name: created[name] for name in ours} == ours
    changed = automation.patch(f"/clients/{created['client_id']}", profile=None, audience=[])
    assert (changed.json["profile"], changed.json["audience"]) == (None, [])


@pytest.mark.parametrize(
    "uri", ["", "api", "/api", "https://api.example#x", "https://é.example", "https://[", "x:"]
)
def test_an_audience_is_an_absolute_uri(automation: Api, uri: str) -> None:
    body = {"redirect_uris": ["https://a.example"], "audience": ["https://api.example.com", uri]}
    assert "audience[1]" in faults(automation.post("/clients", **body))


def test_lists_name_and_filter_and_search(automation: Api, owner: Api) -> None:
    mine = owner.create_client(client_name="Ünïque [a-z]* (app)")
    listed = automation.get("/clients", owner=owner.sub).json["items"]
    assert [found["client_id"] for found in listed] == [mine["client_id"]]
    for search in ("ünïque [a-z]*", mine["client_id"][:9]):
        assert [c["client_id"] for c in automation.get("/clients", search=search).json["items"]] == [
            mine["client_id"]
        ]
    for search in ("que", ".*", "^", "$ne", "ünïque [a-z]* (app) and more", "\x00"):
        assert automation.get("/clients", search=search).json["items"] == []


def test_a_registration_made_elsewhere_can_be_read_and_changed(
    automation: Api, register: Callable[..., str]
) -> None:
    client_id = register(redirect_uris=[], grant_types=[], response_types=[])
    assert automation.get(f"/clients/{client_id}").json["redirect_uris"] == []
    assert automation.patch(f"/clients/{client_id}", client_name="Named").status_code == 200
