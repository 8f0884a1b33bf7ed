"""Token introspection (RFC 7662)."""

import pytest

from auth_service.models import Client
from tests.auth_service.conftest import basic


@pytest.fixture
def owner(register):
    return register()


@pytest.fixture
def resource_server(register):
    return register(resource_server=True, grant_types=[])


@pytest.fixture
def tokens(client, owner, username):
    form = {"grant_type": "password", "username": username, "password": "valid", "scope": "profile"}
    return client.post("/oauth/token", data=form, auth=basic(owner)).json


def introspect(client, client_id, token, **form):
    return client.post("/oauth/introspect", data={"token": token} | form, auth=basic(client_id))


@pytest.mark.rfc("7662 §2.2")
def test_what_a_resource_server_learns(client, resource_server, owner, tokens, settings, clock):
    reply = introspect(client, resource_server, tokens["access_token"])
    assert reply.headers["Cache-Control"] == "no-store"
    now = int(clock.now().timestamp())
    assert reply.json | {"sub": None} == {
        "active": True,
        "client_id": owner,
        "token_type": "Bearer",
        "scope": "profile",
        "sub": None,
        "aud": [f"{settings.issuer}/api"],
        "iss": settings.issuer,
        "iat": now,
        "exp": now + 3600,
    }


@pytest.mark.rfc("7662 §2.2")
def test_a_clients_own_token_has_the_client_as_subject(client, owner, resource_server):
    form = {"grant_type": "client_credentials"}
    token = client.post("/oauth/token", data=form, auth=basic(owner)).json["access_token"]
    assert introspect(client, resource_server, token).json["sub"] == owner


@pytest.mark.rfc("7662 §4")
def test_other_clients_see_their_own_tokens_only(client, owner, tokens, register):
    assert introspect(client, owner, tokens["access_token"]).json["active"] is True
    assert introspect(client, register(), tokens["access_token"]).json == {"active": False}


@pytest.mark.rfc("7662 §2.1")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense", "ü"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_hints_are_only_hints(client, owner, tokens, kind, hint):
    assert introspect(client, owner, tokens[kind], token_type_hint=hint).json["active"] is True


@pytest.mark.rfc("7662 §2.2")
def test_an_expired_token_is_not_active(client, owner, tokens, clock):
    clock.advance(seconds=3599)
    assert introspect(client, owner, tokens["access_token"]).json["active"] is True
    clock.advance(seconds=1)
    assert introspect(client, owner, tokens["access_token"]).json == {"active": False}


@pytest.mark.rfc("7662 §2.2")
def test_a_used_refresh_token_is_not_active(client, owner, tokens):
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    client.post("/oauth/token", data=form, auth=basic(owner))
    assert introspect(client, owner, tokens["refresh_token"]).json == {"active": False}


@pytest.mark.rfc("7662 §2.2")
@pytest.mark.parametrize("token", ["x", "gat_", "tökén", "\x00", "x" * 9000])
def test_what_is_no_token_is_not_active(client, resource_server, token):
    assert introspect(client, resource_server, token).json == {"active": False}


@pytest.mark.rfc("7662 §2.1")
def test_a_missing_token_is_named(client, owner):
    refused = client.post("/oauth/introspect", data={}, auth=basic(owner))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")
    assert "token" in refused.json["error_description"]


@pytest.mark.rfc("7662 §2.2")
def test_a_refresh_token_cannot_pass_for_an_access_token(client, owner, tokens):
    body = introspect(client, owner, tokens["refresh_token"]).json
    assert body["active"] is True
    assert {"token_type", "aud"}.isdisjoint(body)


@pytest.mark.rfc("7662 §2.2")
def test_a_token_whose_client_is_gone_or_disabled_is_not_active(
    client, resource_server, owner, tokens, clock
):
    Client.objects(client_id=owner).update(set__disabled_at=clock.now())
    assert introspect(client, resource_server, tokens["access_token"]).json == {"active": False}
    Client.objects(client_id=owner).delete()
    assert introspect(client, resource_server, tokens["access_token"]).json == {"active": False}
