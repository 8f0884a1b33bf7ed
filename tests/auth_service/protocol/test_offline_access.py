"""Offline access (OIDC Core §11): refresh tokens that outlive the session, for those who were asked."""

import pytest

from auth_service.models import Grant, RefreshToken, Session, User
from auth_service.models.revocation import revoke_session
from auth_service.models.secret import hash_secret
from tests.auth_service.conftest import basic
from tests.auth_service.flow import authorize, get_code, redeem

SCOPE = "openid profile offline_access"


@pytest.fixture
def client_id(register):
    return register(scope=SCOPE, id_token_signed_response_alg="ES256")


@pytest.fixture
def sign_in_at(client, username):
    def make(client_id, **parameters):
        return redeem(client, client_id, get_code(client, username, client_id, **parameters)).json

    return make


@pytest.fixture
def end_session(username):
    """End the person's session, and what ends with it."""

    def end():
        sub = User.find(username).id
        for session in Session.objects(sub=sub):
            session.delete()
            revoke_session(session.public_id)

    return end


def refresh(client, client_id, tokens):
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    return client.post("/oauth/token", data=form, auth=basic(client_id))


@pytest.mark.rfc("6749 §5.1")
def test_alone_and_without_prompt_consent_nothing_is_left_of_it(client, register, username):
    asked = {"response_type": "code", "client_id": register(scope=SCOPE), "scope": "offline_access"}
    assert authorize(client, username, **asked).query["error"] == "invalid_scope"


@pytest.mark.rfc("OIDC Core §11")
def test_with_prompt_consent_it_outlives_the_session(client, client_id, sign_in_at, end_session):
    tokens = sign_in_at(client_id, scope=SCOPE, prompt="consent")
    assert tokens["scope"] == SCOPE
    end_session()
    for _ in range(2):
        tokens = refresh(client, client_id, tokens).json
        assert tokens["scope"] == SCOPE
        assert "id_token" in tokens


@pytest.mark.rfc("OIDC Core §11")
@pytest.mark.parametrize("prompt", [{}, {"prompt": "login"}])
def test_without_prompt_consent_it_is_ignored(client, client_id, sign_in_at, end_session, username, prompt):
    sign_in_at(client_id, scope=SCOPE, prompt="consent")
    tokens = sign_in_at(client_id, scope=SCOPE, **prompt)
    assert tokens["scope"] == "openid profile", "also where it was allowed before"
    assert RefreshToken.objects(id=hash_secret(tokens["refresh_token"])).first().offline is False
    end_session()
    assert refresh(client, client_id, tokens).json["error"] == "invalid_grant"


@pytest.mark.rfc("7662 §2.2; OIDC Core §11")
def test_a_refresh_token_is_active_for_as_long_as_it_would_be_taken(
    client, client_id, sign_in_at, settings, clock
):
    bound = sign_in_at(client_id, scope=SCOPE)
    offline = sign_in_at(client_id, scope=SCOPE, prompt="consent")

    def active(tokens):
        asked = client.post(
            "/oauth/introspect", data={"token": tokens["refresh_token"]}, auth=basic(client_id)
        )
        return asked.json["active"]

    assert active(bound) and active(offline)
    clock.advance(seconds=settings.session_idle_lifetime.total_seconds())
    assert not active(bound) and active(offline)
    assert refresh(client, client_id, bound).json["error"] == "invalid_grant"


@pytest.mark.rfc("OIDC Core §11")
def test_the_person_is_told(client, client_id, sign_in, username):
    sign_in(username)
    request = {"response_type": "code", "client_id": client_id, "scope": SCOPE}

    def page(**prompt):
        reply = client.get("/oauth/authorize", query_string=request | prompt)
        return client.get(reply.headers["Location"]).text

    assert "Keep this access when you are signed out" in page(prompt="consent")
    assert "Keep this access when you are signed out" not in page()


@pytest.mark.rfc("OIDC Core §11")
def test_only_what_was_allowed_is_remembered(client_id, sign_in_at, username):
    sign_in_at(client_id, scope=SCOPE)
    grant = Grant.objects(sub=User.find(username).id, client_id=client_id).first()
    assert "offline_access" not in grant.scope


@pytest.mark.rfc("OIDC Core §11")
def test_without_a_refresh_token_there_is_nothing_to_allow(register, sign_in_at):
    client_id = register(scope=SCOPE, grant_types=["authorization_code"])
    tokens = sign_in_at(client_id, scope=SCOPE, prompt="consent")
    assert tokens["scope"] == "openid profile"
    assert "refresh_token" not in tokens


@pytest.mark.rfc("6749 §6")
def test_a_narrower_refresh_keeps_it(client, client_id, sign_in_at, end_session):
    tokens = sign_in_at(client_id, scope=SCOPE, prompt="consent")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "profile"}
    narrow = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    assert narrow["scope"] == "profile"
    end_session()
    assert refresh(client, client_id, narrow).json["scope"] == SCOPE


@pytest.mark.rfc("OIDC Core §11")
def test_where_nobody_is_asked_it_is_ignored(client, client_id, username):
    form = {"grant_type": "password", "username": username, "password": "valid", "scope": SCOPE}
    tokens = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    assert tokens["scope"] == "openid profile"
    assert refresh(client, client_id, tokens).status_code == 200, (
        "it came by no session, so it ends with none"
    )
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    assert client.post("/oauth/token", data=form, auth=basic(client_id)).json["scope"] == "profile"


@pytest.mark.rfc("OIDC Discovery §3")
def test_the_scope_is_announced(client):
    document = client.get("/.well-known/openid-configuration").json
    assert {"openid", "profile", "email", "address", "phone", "offline_access"} <= set(
        document["scopes_supported"]
    )
