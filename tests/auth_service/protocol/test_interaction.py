"""When a person is asked to sign in or to consent (OIDC Core §3.1.2.3, §3.1.2.4; RFC 8252 §8.6)."""

from urllib.parse import urlencode

import pytest

from tests.auth_service.flow import PKCE, authorize, parse_answer


def first_step(client, **parameters):
    """Where the endpoint sends a browser at once: `/login`, `/consent`, or the client's answer."""
    location = client.get(f"/oauth/authorize?{urlencode(parameters)}").headers["Location"]
    return location.split("?")[0] if location.startswith("/") else parse_answer(location)


@pytest.fixture
def allowed(client, register, username):
    """A request for which the person has signed in and consented."""
    parameters = {"response_type": "code", "client_id": register(), "scope": "profile"}
    authorize(client, username, **parameters)
    return parameters


@pytest.mark.rfc("OIDC Core §3.1.2.4")
def test_nobody_is_asked_twice(client, allowed):
    assert "code" in first_step(client, **allowed).query


@pytest.mark.rfc("OIDC Core §3.1.2.4")
def test_more_scope_is_asked_for(client, allowed):
    assert first_step(client, **allowed | {"scope": "profile email"}) == "/consent"
    silent = first_step(client, **allowed | {"scope": "profile email", "prompt": "none"})
    assert silent.query["error"] == "consent_required"


def test_a_refusal_is_not_remembered(client, register, username):
    parameters = {"response_type": "code", "client_id": register(), "scope": "profile"}
    assert authorize(client, username, "deny", **parameters).query["error"] == "access_denied"
    assert first_step(client, **parameters) == "/consent"


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_prompts(client, allowed, clock):
    clock.advance(seconds=1)
    assert "code" in first_step(client, **allowed, prompt="none").query
    assert first_step(client, **allowed, prompt="login") == "/login"
    assert first_step(client, **allowed, prompt="select_account") == "/select-account"
    assert first_step(client, **allowed, prompt="consent") == "/consent"


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_prompt_login_is_satisfied_by_signing_in_again(client, allowed, username, clock):
    clock.advance(seconds=5)
    assert "code" in authorize(client, username, **allowed, prompt="login").query


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_max_age(client, allowed, username, clock):
    clock.advance(seconds=60)
    assert "code" in first_step(client, **allowed, max_age="60").query
    assert first_step(client, **allowed, max_age="59") == "/login"
    assert first_step(client, **allowed, max_age="59", prompt="none").query["error"] == "login_required"
    assert "code" in authorize(client, username, **allowed, max_age="59").query


@pytest.mark.rfc("8252 §8.6")
@pytest.mark.parametrize(
    ("redirect_uri", "asked_again"), [("https://app.example/cb", False), ("http://127.0.0.1:4600/cb", True)]
)
def test_public_clients_anyone_could_pose_as_are_asked_about_each_time(
    client, register, username, redirect_uri, asked_again
):
    client_id = register(token_endpoint_auth_method="none", redirect_uris=[redirect_uri])
    parameters = {"response_type": "code", "client_id": client_id, "scope": "profile", **PKCE}
    authorize(client, username, **parameters)
    assert (first_step(client, **parameters) == "/consent") is asked_again


def test_admin_scopes_are_an_administrators_to_give(client, register, username):
    client_id = register(scope="profile admin:read")
    parameters = {"response_type": "code", "client_id": client_id}
    assert "code" in authorize(client, username, **parameters, scope="profile admin:read").query
    assert authorize(client, username, **parameters, scope="admin:read").query["error"] == "access_denied"
