"""The authorization code grant (RFC 6749 §4.1)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.auth_service.conftest import REDIRECT_URI, basic
from tests.auth_service.flow import authorize, get_code, redeem


@pytest.fixture
def client_id(register):
    return register()


def is_active(client, client_id, token):
    return client.post("/oauth/introspect", data={"token": token}, auth=basic(client_id)).json["active"]


@pytest.mark.rfc("6749 §4.1.2")
def test_the_answer_has_code_state_and_issuer(client, client_id, username, settings):
    answer = authorize(
        client, username, response_type="code", client_id=client_id, scope="profile", state="a b&c=ü"
    )
    assert answer.uri == REDIRECT_URI
    assert answer.fragment == {}
    assert answer.query["code"].startswith("gac_")
    assert answer.query == {"code": answer.query["code"], "state": "a b&c=ü", "iss": settings.issuer}


@pytest.mark.rfc("6749 §4.1.4")
def test_a_code_gives_tokens(client, client_id, username):
    reply = redeem(client, client_id, get_code(client, username, client_id))
    assert reply.status_code == 200
    assert reply.json["scope"] == "profile"
    assert reply.json["refresh_token"].startswith("grt_")
    assert "id_token" not in reply.json


@pytest.mark.rfc("6749 §4.1.2.1")
def test_saying_no_is_access_denied_with_state(client, client_id, username, settings):
    answer = authorize(
        client, username, "deny", response_type="code", client_id=client_id, scope="profile", state="s"
    )
    assert (answer.query["error"], answer.query["state"]) == ("access_denied", "s")
    assert answer.query["iss"] == settings.issuer
    assert "code" not in answer.query


@pytest.mark.rfc("6749 §4.1.2")
def test_a_code_used_again_revokes_what_it_gave(client, client_id, username):
    code = get_code(client, username, client_id)
    tokens = redeem(client, client_id, code).json
    assert redeem(client, client_id, code).json["error"] == "invalid_grant"
    assert not is_active(client, client_id, tokens["access_token"])
    assert not is_active(client, client_id, tokens["refresh_token"])


@pytest.mark.rfc("6749 §4.1.2")
@pytest.mark.conformance("oidcc-codereuse-30seconds")
def test_a_replay_is_seen_long_after_the_code_expired(client, client_id, username, clock):
    code = get_code(client, username, client_id)
    tokens = redeem(client, client_id, code).json
    clock.advance(minutes=30)
    assert redeem(client, client_id, code).json["error"] == "invalid_grant"
    assert not is_active(client, client_id, tokens["refresh_token"])


@pytest.mark.rfc("6749 §4.1.2")
def test_a_replay_leaves_other_sign_ins_alone(client, client_id, username):
    other = redeem(client, client_id, get_code(client, username, client_id)).json
    code = get_code(client, username, client_id)
    redeem(client, client_id, code)
    redeem(client, client_id, code)
    assert is_active(client, client_id, other["access_token"])


@pytest.mark.rfc("6749 §4.1.2")
def test_of_twenty_at_once_one_succeeds_and_is_then_revoked(app, client, client_id, username):
    code = get_code(client, username, client_id)
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: redeem(app.test_client(), client_id, code), range(20)))
    assert sorted(reply.status_code for reply in replies) == [200] + [400] * 19
    [winner] = [reply.json for reply in replies if reply.status_code == 200]
    assert not is_active(client, client_id, winner["access_token"])


@pytest.mark.rfc("6749 §4.1.2")
def test_a_code_expires(client, client_id, username, clock):
    code = get_code(client, username, client_id)
    clock.advance(minutes=1)
    assert redeem(client, client_id, code).json["error"] == "invalid_grant"


@pytest.mark.rfc("6749 §4.1.3")
def test_another_clients_code_is_refused_and_unharmed(client, client_id, username, register):
    code = get_code(client, username, client_id)
    assert redeem(client, register(), code).json["error"] == "invalid_grant"
    assert redeem(client, client_id, code).status_code == 200


@pytest.mark.rfc("6749 §4.1.3")
def test_redirect_uri_must_be_named_again_if_it_was(client, client_id, username):
    for wrong in ({}, {"redirect_uri": REDIRECT_URI + "/"}, {"redirect_uri": "https://evil.example"}):
        code = get_code(client, username, client_id, redirect_uri=REDIRECT_URI)
        assert redeem(client, client_id, code, **wrong).json["error"] == "invalid_grant"
        assert redeem(client, client_id, code, redirect_uri=REDIRECT_URI).status_code == 200


@pytest.mark.rfc("6749 §4.1.3")
def test_without_redirect_uri_the_only_registered_one(client, client_id, username):
    assert redeem(client, client_id, get_code(client, username, client_id)).status_code == 200


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize("code", ["x", "gac_" + "A" * 43, "cöde", "a\x00b", "x" * 9000])
def test_what_is_no_code_is_invalid_grant(client, client_id, code):
    assert redeem(client, client_id, code).json["error"] == "invalid_grant"


def test_a_truncated_code_is_invalid_grant(client, client_id, username):
    code = get_code(client, username, client_id)
    assert redeem(client, client_id, code[:-1]).json["error"] == "invalid_grant"
    assert redeem(client, client_id, code).status_code == 200


@pytest.mark.rfc("6749 §5.2")
def test_a_missing_code_is_named(client, client_id):
    refused = client.post("/oauth/token", data={"grant_type": "authorization_code"}, auth=basic(client_id))
    assert refused.json["error"] == "invalid_request"
    assert "code" in refused.json["error_description"]


def test_no_refresh_token_for_clients_that_did_not_register_for_it(client, register, username):
    client_id = register(grant_types=["authorization_code"])
    assert "refresh_token" not in redeem(client, client_id, get_code(client, username, client_id)).json
