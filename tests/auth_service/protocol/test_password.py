"""The password grant (RFC 6749 §4.3), under `compat` only."""

import pytest

from auth_service.models import User
from tests.auth_service.conftest import basic


def request_token(client, client_id, **form):
    return client.post("/oauth/token", data={"grant_type": "password"} | form, auth=basic(client_id))


@pytest.mark.rfc("6749 §4.3.3")
def test_tokens_for_a_name_and_a_password(client, register, username):
    reply = request_token(client, register(), username=username, password="valid", scope="profile")
    assert reply.json["scope"] == "profile"
    assert reply.json["refresh_token"].startswith("grt_")
    assert User.find(username) is not None


@pytest.mark.rfc("6749 §5.2")
def test_a_wrong_password_is_invalid_grant(client, register, username):
    refused = request_token(client, register(), username=username, password="wrong")
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    assert User.find(username) is None


@pytest.mark.rfc("6749 §4.3.2")
@pytest.mark.parametrize("missing", ["username", "password"])
def test_a_missing_parameter_is_named(client, register, missing):
    form = {"username": "ada", "password": "valid"}
    del form[missing]
    refused = request_token(client, register(), **form)
    assert refused.json["error"] == "invalid_request"
    assert missing in refused.json["error_description"]


@pytest.mark.parametrize("name", [" ", "a\x00b", "a\nb", "x" * 65, "\u202e"])
def test_names_that_cannot_be_one(client, register, name):
    refused = request_token(client, register(), username=name, password="valid")
    assert refused.json["error"] in ("invalid_grant", "invalid_request")


def test_one_account_however_the_name_is_spelled(client, register, username):
    client_id = register()
    spellings = [username, username.upper(), f" {username} "]
    for name in spellings:
        assert request_token(client, client_id, username=name, password="valid").status_code == 200
    assert User.objects(username=username).count() == 1


def test_a_disabled_user_is_refused(client, register, user, clock):
    user.update(set__disabled_at=clock.now())
    refused = request_token(client, register(), username=user.username, password="valid")
    assert refused.json["error"] == "invalid_grant"


def test_only_administrators_give_the_admin_scopes(client, register, username):
    client_id = register(scope="profile admin:read admin:write")
    reply = request_token(client, client_id, username=username, password="valid", scope="profile admin:read")
    assert reply.json["scope"] == "profile"
    refused = request_token(client, client_id, username=username, password="valid", scope="admin:read")
    assert refused.json["error"] == "invalid_scope"
    reply = request_token(client, client_id, username="admin", password="valid", scope="profile admin:read")
    assert reply.json["scope"] == "profile admin:read"


@pytest.mark.rfc("6749 §4.3.2")
def test_guessing_is_stopped_for_a_while(client, register, username, clock):
    client_id = register()
    for _ in range(5):
        assert request_token(client, client_id, username=username, password="guess").status_code == 400
    refused = request_token(client, client_id, username=username, password="valid")
    assert (refused.status_code, refused.json["error"]) == (429, "temporarily_unavailable")
    clock.advance(seconds=int(refused.headers["Retry-After"]))
    assert request_token(client, client_id, username=username, password="valid").status_code == 200
