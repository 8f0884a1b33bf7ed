"""The implicit grant (RFC 6749 §4.2), for public clients under `compat`."""

import pytest

from tests.auth_service.conftest import REDIRECT_URI
from tests.auth_service.flow import authorize


@pytest.fixture
def client_id(register):
    return register(
        token_endpoint_auth_method="none", grant_types=["implicit"], response_types=["token"], scope="profile"
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


@pytest.mark.rfc("6749 §4.2.2.1")
def test_errors_come_in_the_fragment_with_state(client, client_id, username):
    denied = authorize(client, username, "deny", response_type="token", client_id=client_id, state="s")
    assert (denied.fragment["error"], denied.fragment["state"]) == ("access_denied", "s")
    wrong = authorize(
        client, username, response_type="token", client_id=client_id, state="s", scope="nonsense"
    )
    assert (wrong.fragment["error"], wrong.query) == ("invalid_scope", {})


@pytest.mark.rfc("6749 §4.2")
def test_confidential_clients_are_refused(client, register, username):
    client_id = register(grant_types=["implicit"], response_types=["token"])
    answer = authorize(client, username, response_type="token", client_id=client_id)
    assert answer.fragment["error"] == "unauthorized_client"


def test_never_in_the_query(client, client_id, username):
    answer = authorize(client, username, response_type="token", client_id=client_id, response_mode="query")
    assert answer.fragment["error"] == "invalid_request"


@pytest.mark.rfc("9700 §2.1.2")
def test_refused_under_oauth21(client, register, username):
    client_id = register(
        token_endpoint_auth_method="none",
        grant_types=["implicit"],
        response_types=["token"],
        profile="oauth21",
    )
    answer = authorize(client, username, response_type="token", client_id=client_id)
    assert answer.fragment["error"] == "unsupported_response_type"
