"""The hybrid flow (OIDC Core §3.3): a code, and beside it an id_token, an access token or both."""

import pytest

from tests.auth_service.conftest import REDIRECT_URI, basic
from tests.auth_service.flow import PKCE, VERIFIER, authorize, redeem
from tests.auth_service.protocol.relying_party import verify
from tests.auth_service.protocol.test_id_token import half_hash

HYBRID = ["code id_token", "code token", "code id_token token"]


@pytest.fixture
def relying_party(register):
    return register(
        grant_types=["authorization_code", "implicit"],
        response_types=HYBRID,
        id_token_signed_response_alg="ES256",
    )


def ask(client, username, client_id, response_type, **parameters):
    request = {"client_id": client_id, "scope": "openid profile", "nonce": "n-1", "state": "s"} | parameters
    return authorize(client, username, response_type=response_type, **request)


@pytest.mark.rfc("OIDC Core §3.3.2.5")
@pytest.mark.rfc("OIDC Core §3.3.2.11")
@pytest.mark.parametrize("response_type", [*HYBRID, "token id_token code"])
def test_each_has_what_it_names_bound_together(client, relying_party, username, settings, response_type):
    answer = ask(client, username, relying_party, response_type)
    assert (answer.uri, answer.query) == (REDIRECT_URI, {})
    fragment = answer.fragment
    assert (fragment["state"], fragment["iss"]) == ("s", settings.issuer)
    words = response_type.split()
    assert ("access_token" in fragment) is ("token" in words)
    assert ("id_token" in fragment) is ("id_token" in words)
    if "id_token" in words:
        claims = verify(client, fragment["id_token"], "ES256").claims
        assert claims["nonce"] == "n-1"
        assert claims["c_hash"] == half_hash(fragment["code"], "ES256")
        if "token" in words:
            assert claims["at_hash"] == half_hash(fragment["access_token"], "ES256")
        else:
            assert "at_hash" not in claims
        assert "preferred_username" not in claims  # the access token gets it


@pytest.mark.rfc("OIDC Core §3.3.3.6")
@pytest.mark.parametrize("response_type", HYBRID)
def test_the_code_gives_an_id_token_of_the_same_sign_in(client, relying_party, username, response_type):
    fragment = ask(client, username, relying_party, response_type).fragment
    reply = redeem(client, relying_party, fragment["code"])
    assert reply.status_code == 200
    second = verify(client, reply.json["id_token"], "ES256").claims
    assert second["nonce"] == "n-1"
    if "id_token" in fragment:
        first = verify(client, fragment["id_token"], "ES256").claims
        assert [first[name] for name in ("iss", "sub")] == [second[name] for name in ("iss", "sub")]


@pytest.mark.rfc("OIDC Core §3.3.2.11")
@pytest.mark.parametrize(
    ("response_type", "needs_one"),
    [("code id_token", True), ("code id_token token", True), ("code token", False)],
)
def test_a_nonce_where_an_id_token_comes_by_the_front_channel(
    client, relying_party, username, response_type, needs_one
):
    answer = ask(client, username, relying_party, response_type, nonce="")
    assert (answer.fragment.get("error") == "invalid_request") is needs_one


@pytest.mark.rfc("OAuth Multiple Response Types §5")
@pytest.mark.parametrize("response_type", HYBRID)
def test_never_in_the_query(client, relying_party, username, response_type):
    answer = ask(client, username, relying_party, response_type, response_mode="query")
    assert answer.parameters == answer.fragment
    assert answer.fragment["error"] == "invalid_request"


@pytest.mark.rfc("OIDC Core §3.3.2.6")
def test_saying_no_is_told_in_the_fragment(client, relying_party, username, settings):
    request = {"client_id": relying_party, "scope": "openid", "nonce": "n", "state": "s"}
    denied = authorize(client, username, "deny", response_type="code id_token", **request).fragment
    assert (denied["error"], denied["state"], denied["iss"]) == ("access_denied", "s", settings.issuer)
    assert denied.keys() == {"error", "error_description", "state", "iss"}


@pytest.mark.rfc("6749 §4.1.2")
def test_a_replayed_code_takes_the_front_channels_token_with_it(client, relying_party, username):
    fragment = ask(client, username, relying_party, "code token").fragment
    asked = {"token": fragment["access_token"]}
    for _ in range(2):
        assert client.post("/oauth/introspect", data=asked, auth=basic(relying_party)).json["active"]
        redeem(client, relying_party, fragment["code"])
    assert not client.post("/oauth/introspect", data=asked, auth=basic(relying_party)).json["active"]


@pytest.mark.rfc("9700 §2.1.1")
def test_a_code_beside_other_things_needs_pkce_like_any_other(client, register, username):
    client_id = register(
        grant_types=["authorization_code"], response_types=["code id_token"], profile="oauth21"
    )
    refused = ask(client, username, client_id, "code id_token").fragment
    assert (refused["error"], "code_challenge" in refused["error_description"]) == ("invalid_request", True)
    code = ask(client, username, client_id, "code id_token", **PKCE).fragment["code"]
    assert redeem(client, client_id, code).json["error"] == "invalid_request"
    assert redeem(client, client_id, code, code_verifier=VERIFIER).status_code == 200


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.parametrize(
    ("grant_types", "response_types"),
    [
        (["authorization_code"], ["code id_token"]),
        (["implicit"], ["code id_token"]),
        (["authorization_code", "implicit"], ["code", "id_token", "code id_token token"]),
    ],
)
def test_only_what_the_client_registered(client, register, username, grant_types, response_types):
    client_id = register(grant_types=grant_types, response_types=response_types)
    assert ask(client, username, client_id, "code id_token").fragment["error"] == "unauthorized_client"
