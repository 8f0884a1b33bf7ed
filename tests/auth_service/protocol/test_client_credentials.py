"""The client credentials grant (RFC 6749 §4.4)."""

import pytest

from tests.auth_service.conftest import basic


def request_token(client, client_id, **form):
    return client.post(
        "/oauth/token", data={"grant_type": "client_credentials"} | form, auth=basic(client_id)
    )


@pytest.mark.rfc("6749 §4.4.3")
def test_no_refresh_token_and_no_id_token(client, register):
    reply = request_token(client, register(), scope="openid profile")
    assert reply.json["scope"] == "profile"
    assert {"refresh_token", "id_token"}.isdisjoint(reply.json)


@pytest.mark.rfc("6749 §3.3")
def test_without_scope_all_that_is_registered(client, register):
    assert (
        request_token(client, register(scope="notes:read notes:write")).json["scope"]
        == "notes:read notes:write"
    )


@pytest.mark.rfc("6749 §3.3")
@pytest.mark.parametrize("registered", ["", "openid"])
def test_a_token_without_scope_says_nothing_of_it(client, register, registered):
    reply = request_token(client, register(scope=registered))
    assert reply.status_code == 200
    assert "scope" not in reply.json


@pytest.mark.rfc("6749 §5.1")
@pytest.mark.parametrize("scope", ["openid", "offline_access", "openid offline_access unheard-of"])
def test_who_asks_for_what_only_people_have_is_not_given_a_token_for_nothing(client, register, scope):
    refused = request_token(client, register(scope="openid offline_access profile"), scope=scope)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_scope")


@pytest.mark.rfc("6749 §3.3")
def test_repetitions_and_spaces_are_dropped(client, register):
    assert (
        request_token(client, register(), scope=" profile  profile notes:read ").json["scope"]
        == "profile notes:read"
    )


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize(
    "scope", ["admin:read", "nonsense", "profile nonsense", "prófile", "profile\x00", '"']
)
def test_scope_beyond_the_registration_is_invalid_scope(client, register, scope):
    refused = request_token(client, register(), scope=scope)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_scope")


@pytest.mark.rfc("6749 §4.4")
def test_public_clients_are_refused(client, register):
    client_id = register(token_endpoint_auth_method="none")
    form = {"grant_type": "client_credentials", "client_id": client_id}
    assert client.post("/oauth/token", data=form).json["error"] == "unauthorized_client"


def test_every_token_is_new(client, register):
    client_id = register()
    tokens = {request_token(client, client_id).json["access_token"] for _ in range(5)}
    assert len(tokens) == 5
