"""Token revocation (RFC 7009)."""

import pytest

from tests.auth_service.conftest import basic


@pytest.fixture
def owner(register):
    return register()


@pytest.fixture
def tokens(client, owner, username):
    form = {"grant_type": "password", "username": username, "password": "valid", "scope": "profile"}
    return client.post("/oauth/token", data=form, auth=basic(owner)).json


def revoke(client, client_id, token, **form):
    return client.post("/oauth/revoke", data={"token": token} | form, auth=basic(client_id))


def active(client, client_id, tokens):
    return [
        client.post("/oauth/introspect", data={"token": tokens[kind]}, auth=basic(client_id)).json["active"]
        for kind in ("access_token", "refresh_token")
    ]


@pytest.mark.rfc("7009 §2.1")
def test_an_access_token_goes_alone(client, owner, tokens):
    assert revoke(client, owner, tokens["access_token"]).status_code == 200
    assert active(client, owner, tokens) == [False, True]


@pytest.mark.rfc("7009 §2.1")
def test_a_refresh_token_takes_its_access_tokens_along(client, owner, tokens):
    assert revoke(client, owner, tokens["refresh_token"]).status_code == 200
    assert active(client, owner, tokens) == [False, False]


@pytest.mark.rfc("7009 §2.2")
@pytest.mark.parametrize("token", ["unknown", "gat_" + "A" * 43, "tökén", "\x00"])
def test_an_unknown_token_is_as_good_as_revoked(client, owner, token):
    assert revoke(client, owner, token).status_code == 200


@pytest.mark.rfc("7009 §2.1")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_clients_token_is_refused_and_unharmed(client, owner, tokens, register, kind):
    assert revoke(client, register(), tokens[kind]).json["error"] == "invalid_grant"
    assert active(client, owner, tokens) == [True, True]


@pytest.mark.rfc("7009 §2.1")
@pytest.mark.parametrize("hint", ["refresh_token", "nonsense"])
def test_a_wrong_hint_does_not_matter(client, owner, tokens, hint):
    assert revoke(client, owner, tokens["access_token"], token_type_hint=hint).status_code == 200
    assert active(client, owner, tokens) == [False, True]


@pytest.mark.rfc("7009 §2.1")
def test_a_public_client_revokes_by_client_id(client, register, username):
    client_id = register(token_endpoint_auth_method="none")
    form = {"grant_type": "password", "username": username, "password": "valid", "client_id": client_id}
    token = client.post("/oauth/token", data=form).json["access_token"]
    assert client.post("/oauth/revoke", data={"token": token, "client_id": client_id}).status_code == 200


@pytest.mark.rfc("7009 §2.2.1")
def test_a_missing_token_is_named(client, owner):
    refused = client.post("/oauth/revoke", data={}, auth=basic(owner))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("7009 §2.2.1")
@pytest.mark.parametrize("collection", ["access_tokens", "refresh_tokens", "authorization_codes"])
def test_one_that_the_database_cut_off_can_be_repeated(client, owner, tokens, fail, collection):
    fail("delete", collection)
    assert revoke(client, owner, tokens["refresh_token"]).status_code == 503
    assert revoke(client, owner, tokens["refresh_token"]).status_code == 200
    assert active(client, owner, tokens) == [False, False]


@pytest.mark.rfc("9700 §4.14.2")
def test_what_is_half_revoked_is_no_longer_taken(client, owner, tokens, fail):
    fail("delete", "access_tokens", errorCode=2)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert revoke(client, owner, tokens["refresh_token"]).status_code == 500
    assert active(client, owner, tokens) == [True, False]
    refused = client.post("/oauth/token", data=form, auth=basic(owner))
    assert refused.json["error"] == "invalid_grant"
    assert active(client, owner, tokens) == [False, False]
