"""The implicit flow: access tokens (RFC 6749 §4.2) under `compat`, id_tokens (OIDC Core §3.2)."""

import pytest

from auth_service.models import Client
from tests.auth_service.conftest import REDIRECT_URI
from tests.auth_service.flow import authorize, parse_answer
from tests.auth_service.protocol.relying_party import verify
from tests.auth_service.protocol.test_id_token import half_hash


@pytest.fixture
def client_id(register):
    return register(
        token_endpoint_auth_method="none", grant_types=["implicit"], response_types=["token"], scope="profile"
    )


@pytest.fixture
def relying_party(register):
    """A confidential OpenID Connect client of the implicit flow."""
    return register(
        grant_types=["implicit"],
        response_types=["id_token", "token id_token"],
        scope="openid profile email",
        id_token_signed_response_alg="ES256",
    )


@pytest.mark.rfc("6749 §4.2.2")
def test_the_token_comes_in_the_fragment(client, client_id, username, settings):
    answer = authorize(client, username, response_type="token", client_id=client_id, state="s")
    assert (answer.uri, answer.query) == (REDIRECT_URI, {})
    token = answer.fragment.pop("access_token")
    assert answer.fragment == {
        "token_type": "Bearer",
        "expires_in": "3600",
        "scope": "profile",
        "state": "s",
        "iss": settings.issuer,
    }
    assert token.startswith("gat_")


@pytest.mark.rfc("6749 §4.2.2")
@pytest.mark.rfc("6749 §3.3")
def test_a_token_without_scope_says_nothing_of_it(client, client_id, username):
    Client.objects(client_id=client_id).update(set__scope="")
    asked = {"response_type": "token", "client_id": client_id}
    assert "access_token" in authorize(client, username, **asked).fragment
    location = client.get("/oauth/authorize", query_string=asked).location
    assert "access_token=" in location and "scope=" not in location


@pytest.mark.rfc("6749 §4.2.2.1")
def test_errors_come_in_the_fragment_with_state(client, client_id, username):
    denied = authorize(client, username, "deny", response_type="token", client_id=client_id, state="s")
    assert (denied.fragment["error"], denied.fragment["state"]) == ("access_denied", "s")
    wrong = authorize(
        client, username, response_type="token", client_id=client_id, state="s", scope="nonsense"
    )
    assert (wrong.fragment["error"], wrong.query) == ("invalid_scope", {})


@pytest.mark.rfc("6749 §4.2")
def test_confidential_clients_get_no_bare_token(client, register, username):
    client_id = register(grant_types=["implicit"], response_types=["token"])
    answer = authorize(client, username, response_type="token", client_id=client_id)
    assert answer.fragment["error"] == "unauthorized_client"


@pytest.mark.rfc("OAuth Multiple Response Types §5")
@pytest.mark.parametrize("response_type", ["token", "id_token", "id_token token"])
def test_never_in_the_query(client, register, username, response_type):
    client_id = register(
        token_endpoint_auth_method="none", grant_types=["implicit"], response_types=[response_type]
    )
    parameters = {"response_type": response_type, "client_id": client_id, "scope": "openid", "nonce": "n"}
    answer = authorize(client, username, **parameters, response_mode="query")
    assert answer.parameters == answer.fragment
    assert answer.fragment["error"] == "invalid_request"
    assert authorize(client, username, **parameters).fragment.keys() & {"access_token", "id_token"}


@pytest.mark.rfc("9700 §2.1.2")
@pytest.mark.parametrize("response_type", ["token", "id_token token", "code token", "code id_token token"])
def test_no_access_token_in_the_front_channel_under_oauth21(client, register, username, response_type):
    client_id = register(
        token_endpoint_auth_method="none",
        grant_types=["implicit", "authorization_code"],
        response_types=[response_type],
        profile="oauth21",
    )
    answer = authorize(client, username, response_type=response_type, client_id=client_id, nonce="n")
    assert answer.fragment["error"] == "unsupported_response_type"


@pytest.mark.rfc("OIDC Core §3.2.2.5")
@pytest.mark.rfc("OIDC Core §3.2.2.10")
@pytest.mark.parametrize("response_type", ["id_token token", "token id_token"])
def test_an_id_token_and_an_access_token_bound_by_at_hash(
    client, relying_party, username, settings, response_type
):
    answer = authorize(
        client,
        username,
        response_type=response_type,
        client_id=relying_party,
        scope="openid email",
        state="s",
        nonce="n-1",
    )
    assert answer.query == {}
    expected = {"access_token", "token_type", "expires_in", "scope", "id_token", "state", "iss"}
    assert answer.fragment.keys() == expected
    claims = verify(client, answer.fragment["id_token"], "ES256").claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (settings.issuer, relying_party, "n-1")
    assert claims["at_hash"] == half_hash(answer.fragment["access_token"], "ES256")
    assert "c_hash" not in claims
    bearer = {"Authorization": f"Bearer {answer.fragment['access_token']}"}
    assert client.get("/oauth/userinfo", headers=bearer).json["sub"] == claims["sub"]


@pytest.mark.rfc("OIDC Core §5.4")
def test_an_id_token_alone_has_the_claims_of_the_scope(client, relying_party, username):
    """There is no access token to fetch them with."""
    request = {"client_id": relying_party, "scope": "openid profile", "nonce": "n"}
    alone = authorize(client, username, response_type="id_token", **request).fragment
    assert alone.keys() == {"id_token", "iss"}
    claims = verify(client, alone["id_token"], "ES256").claims
    assert claims["preferred_username"] == username
    assert "at_hash" not in claims
    beside = authorize(client, username, response_type="id_token token", **request).fragment
    assert "preferred_username" not in verify(client, beside["id_token"], "ES256").claims


@pytest.mark.rfc("OIDC Core §3.2.2.1")
@pytest.mark.parametrize("response_type", ["id_token", "id_token token"])
def test_a_nonce_is_required(client, relying_party, username, response_type):
    request = {"response_type": response_type, "client_id": relying_party, "scope": "openid", "state": "s"}
    for missing in ({}, {"nonce": ""}):
        refused = authorize(client, username, **request, **missing).fragment
        assert (refused["error"], refused["state"]) == ("invalid_request", "s")
        assert "nonce" in refused["error_description"]


@pytest.mark.rfc("OIDC Core §3.2.2.1")
def test_an_id_token_needs_the_scope_openid(client, relying_party, username):
    refused = authorize(
        client, username, response_type="id_token", client_id=relying_party, scope="profile", nonce="n"
    )
    assert refused.fragment["error"] == "invalid_scope"


@pytest.mark.rfc("7591 §2.1")
@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.parametrize(
    "registration",
    [
        {"grant_types": ["implicit"], "response_types": ["id_token token"]},
        {"grant_types": ["authorization_code"], "response_types": ["id_token"]},
    ],
)
def test_only_what_the_client_registered(client, register, registration):
    client_id = register(**registration)
    query = {"response_type": "id_token", "client_id": client_id, "scope": "openid", "nonce": "n"}
    answer = parse_answer(client.get("/oauth/authorize", query_string=query).headers["Location"])
    assert answer.fragment["error"] == "unauthorized_client"


@pytest.mark.rfc("OIDC Core §3.2")
@pytest.mark.parametrize("allowed", [True, False])
def test_under_oauth21_id_tokens_unless_they_are_switched_off(
    make_app, make_settings, empty_database, session_clock, allowed
):
    settings = make_settings(
        mongodb_database=empty_database, profile="oauth21", id_token_in_front_channel=allowed
    )
    browser = make_app(settings).test_client()
    offered = browser.get("/.well-known/openid-configuration").json["response_types_supported"]
    assert offered == (["code", "id_token", "code id_token"] if allowed else ["code"])
    now = session_clock.now()
    Client(
        client_id="app",
        redirect_uris=[REDIRECT_URI],
        response_types=["id_token"],
        scope="openid",
        created_at=now,
        updated_at=now,
    ).save()
    query = {"response_type": "id_token", "client_id": "app", "scope": "openid", "nonce": "n"}
    location = browser.get("/oauth/authorize", query_string=query).headers["Location"]
    if allowed:
        assert location.startswith("/login?")
    else:
        assert parse_answer(location).fragment["error"] == "unsupported_response_type"
