"""PKCE (RFC 7636), S256 only."""

import pytest

from tests.auth_service.conftest import basic
from tests.auth_service.flow import CHALLENGE, PKCE, VERIFIER, authorize, get_code, redeem


@pytest.fixture
def public(register):
    return register(token_endpoint_auth_method="none", grant_types=["authorization_code"])


def redeem_public(client, client_id, code, **form):
    data = {"grant_type": "authorization_code", "client_id": client_id, "code": code} | form
    return client.post("/oauth/token", data=data)


@pytest.mark.rfc("7636 §4.6")
def test_the_right_verifier(client, public, username):
    code = get_code(client, username, public, **PKCE)
    assert redeem_public(client, public, code, code_verifier=VERIFIER).status_code == 200


@pytest.mark.rfc("7636 §4.6")
@pytest.mark.parametrize("verifier", ["A" * 43, VERIFIER[:-1], VERIFIER + "A"])
def test_a_wrong_verifier_is_invalid_grant_and_burns_nothing(client, public, username, verifier):
    code = get_code(client, username, public, **PKCE)
    assert redeem_public(client, public, code, code_verifier=verifier).json["error"] == "invalid_grant"
    assert redeem_public(client, public, code, code_verifier=VERIFIER).status_code == 200


@pytest.mark.rfc("7636 §4.1")
@pytest.mark.parametrize("verifier", ["short", "x" * 129, "ü" * 43, "a b" * 20, ""])
def test_a_malformed_or_missing_verifier_is_invalid_request(client, public, username, verifier):
    code = get_code(client, username, public, **PKCE)
    assert redeem_public(client, public, code, code_verifier=verifier).json["error"] == "invalid_request"


@pytest.mark.rfc("7636 §4.4.1")
@pytest.mark.parametrize(
    "challenge",
    [
        {},
        {"code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "s256"},
        {"code_challenge": CHALLENGE[:-1], "code_challenge_method": "S256"},
        {"code_challenge": "ü" * 43, "code_challenge_method": "S256"},
    ],
)
def test_public_clients_must_send_an_s256_challenge(client, public, username, challenge):
    answer = authorize(client, username, response_type="code", client_id=public, state="s", **challenge)
    assert (answer.query["error"], answer.query["state"]) == ("invalid_request", "s")


@pytest.mark.rfc("9700 §4.8.2")
def test_a_verifier_without_a_challenge_is_refused(client, register, username):
    client_id = register()
    code = get_code(client, username, client_id)
    assert redeem(client, client_id, code, code_verifier=VERIFIER).json["error"] == "invalid_request"


@pytest.mark.rfc("9700 §2.1.1")
def test_confidential_clients_that_sent_one_must_verify(client, register, username):
    client_id = register()
    code = get_code(client, username, client_id, **PKCE)
    assert redeem(client, client_id, code).json["error"] == "invalid_request"
    assert redeem(client, client_id, code, code_verifier=VERIFIER).status_code == 200


@pytest.mark.rfc("9700 §2.1.1")
def test_a_client_under_oauth21_needs_pkce_though_confidential(client, register, username):
    client_id = register(profile="oauth21")
    assert (
        authorize(client, username, response_type="code", client_id=client_id).query["error"]
        == "invalid_request"
    )
    code = get_code(client, username, client_id, **PKCE)
    assert redeem(client, client_id, code, code_verifier=VERIFIER).status_code == 200
    assert client.post("/oauth/introspect", data={"token": code}, auth=basic(client_id)).json == {
        "active": False
    }
