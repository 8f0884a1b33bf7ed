"""Client authentication at every endpoint that asks for it (RFC 6749 §2.3)."""

import base64
from datetime import timedelta

import pytest

from auth_service.models import Client, ClientSecret
from auth_service.models.secret import hash_secret
from tests.auth_service.conftest import basic

ENDPOINTS = {
    "/oauth/token": {"grant_type": "client_credentials"},
    "/oauth/introspect": {"token": "gat_none"},
    "/oauth/revoke": {"token": "gat_none"},
}


@pytest.fixture(params=ENDPOINTS)
def endpoint(request):
    return request.param, ENDPOINTS[request.param]


@pytest.mark.rfc("6749 §2.3.1")
def test_client_secret_basic(client, register, endpoint):
    path, form = endpoint
    assert client.post(path, data=form, auth=basic(register())).status_code == 200


@pytest.mark.rfc("6749 §2.3.1")
def test_client_secret_post(client, register, endpoint):
    path, form = endpoint
    client_id = register(token_endpoint_auth_method="client_secret_post")
    credentials = {"client_id": client_id, "client_secret": f"{client_id}-secret"}
    assert client.post(path, data=form | credentials).status_code == 200


@pytest.mark.rfc("6749 §3.2.1")
def test_none_may_revoke_but_not_introspect(client, register):
    client_id = register(token_endpoint_auth_method="none")
    assert client.post("/oauth/revoke", data={"client_id": client_id, "token": "x"}).status_code == 200
    refused = client.post("/oauth/introspect", data={"client_id": client_id, "token": "x"})
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b":secret").decode(),
        "Basic " + base64.b64encode(b"id:").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode("näme:pässword".encode()).decode(),
        "Basic " + base64.b64encode(b"a\x00b:c\x00d").decode(),
        "Bearer abc",
        "Digest username=x",
        "\xe9\xe9",
    ],
)
def test_malformed_credentials_are_invalid_client(client, endpoint, authorization):
    path, form = endpoint
    refused = client.post(path, data=form, headers={"Authorization": authorization})
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.rfc("6749 §5.2")
def test_wrong_secret_and_unknown_client_look_the_same(client, register, endpoint):
    path, form = endpoint
    wrong = client.post(path, data=form, auth=(register(), "wrong"))
    unknown = client.post(path, data=form, auth=("nobody", "wrong"))
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json["error_description"] == unknown.json["error_description"]


@pytest.mark.rfc("6749 §2.3")
def test_two_methods_at_once_are_refused(client, register, endpoint):
    path, form = endpoint
    client_id = register()
    body = form | {"client_id": client_id, "client_secret": f"{client_id}-secret"}
    refused = client.post(path, data=body, auth=basic(client_id))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749 §2.3")
def test_another_client_id_in_the_body_is_refused(client, register, endpoint):
    path, form = endpoint
    refused = client.post(path, data=form | {"client_id": register()}, auth=basic(register()))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("7591 §2")
def test_only_the_registered_method_is_accepted(client, register, endpoint):
    path, form = endpoint
    client_id = register(token_endpoint_auth_method="client_secret_post")
    refused = client.post(path, data=form, auth=basic(client_id))
    assert refused.status_code == 401
    assert "client_secret_post" in refused.json["error_description"]


@pytest.mark.rfc("6749 §2.3.1")
def test_a_confidential_client_cannot_leave_its_secret_out(client, register, endpoint):
    path, form = endpoint
    assert client.post(path, data=form | {"client_id": register()}).status_code == 401


def test_a_disabled_client_is_refused(client, register, endpoint, clock):
    path, form = endpoint
    client_id = register(disabled_at=clock.now())
    assert client.post(path, data=form, auth=basic(client_id)).status_code == 401


def test_the_last_use_of_a_secret_is_noted_to_the_hour(client, register, endpoint, clock):
    path, form = endpoint
    client_id = register()
    noted = []
    for minutes in (0, 59, 1):
        clock.advance(minutes=minutes)
        client.post(path, data=form, auth=basic(client_id))
        noted.append(Client.objects.get(client_id=client_id).secrets[0].last_used_at)
    assert noted == [clock.now() - timedelta(hours=1)] * 2 + [clock.now()]


def test_two_secrets_overlap_until_the_old_one_expires(client, register, clock):
    client_id = register()
    old = Client.objects.get(client_id=client_id)
    old.secrets[0].expires_at = clock.now() + timedelta(hours=1)
    old.secrets.append(ClientSecret(hash=hash_secret("new"), created_at=clock.now()))
    old.save()
    form = {"grant_type": "client_credentials"}
    for secret in (f"{client_id}-secret", "new"):
        assert client.post("/oauth/token", data=form, auth=(client_id, secret)).status_code == 200
    clock.advance(hours=1)
    assert client.post("/oauth/token", data=form, auth=basic(client_id)).status_code == 401
    assert client.post("/oauth/token", data=form, auth=(client_id, "new")).status_code == 200
