"""The userinfo endpoint (OIDC Core §5.3)."""

import pytest

from tests.auth_service.conftest import basic
from tests.auth_service.flow import get_code, redeem


@pytest.fixture
def tokens_for(client, register, username):
    client_id = register()
    return lambda scope: redeem(client, client_id, get_code(client, username, client_id, scope=scope)).json


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.rfc("OIDC Core §5.4")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_claims_follow_the_scope(client, tokens_for, user, method):
    user.update(set__email="ada@example.org", set__email_verified=True, set__name="Ada L.")

    def ask(scope):
        token = tokens_for(scope)["access_token"]
        return client.open("/oauth/userinfo", method=method, headers=bearer(token)).json

    assert ask("openid") == {"sub": user.id}
    assert ask("openid email") == {"sub": user.id, "email": "ada@example.org", "email_verified": True}
    assert set(ask("openid profile")) == {"sub", "name", "preferred_username", "updated_at"}


@pytest.mark.rfc("6750 §3")
def test_without_a_token_there_is_a_challenge_and_no_error(client):
    refused = client.get("/oauth/userinfo")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="gatehouse"'
    assert refused.json["request_id"] == refused.headers["X-Request-ID"]


@pytest.mark.rfc("6750 §3.1")
def test_without_openid_insufficient_scope(client, tokens_for):
    refused = client.get("/oauth/userinfo", headers=bearer(tokens_for("profile")["access_token"]))
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    assert 'scope="openid"' in refused.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §3.1")
def test_expired_revoked_and_unknown_tokens_are_invalid(client, tokens_for, clock, register):
    expired = tokens_for("openid")["access_token"]
    clock.advance(hours=1)
    for token in (expired, "gat_" + "A" * 43, "x"):
        refused = client.get("/oauth/userinfo", headers=bearer(token))
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §2")
def test_a_token_in_the_query_is_refused(client, tokens_for):
    token = tokens_for("openid")["access_token"]
    assert client.get(f"/oauth/userinfo?access_token={token}").status_code == 400


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer  ", "Bearer a b", "Bearer tökén", "Bearer " + "x" * 9000]
)
def test_malformed_headers(client, value):
    assert client.get("/oauth/userinfo", headers={"Authorization": value}).status_code in (400, 401)


def test_a_disabled_users_token_tells_nothing(client, tokens_for, user, clock):
    token = tokens_for("openid")["access_token"]
    user.update(set__disabled_at=clock.now())
    assert client.get("/oauth/userinfo", headers=bearer(token)).status_code == 401


def test_a_clients_own_token_has_no_userinfo(client, register):
    form = {"grant_type": "client_credentials"}
    token = client.post("/oauth/token", data=form, auth=basic(register())).json["access_token"]
    assert client.get("/oauth/userinfo", headers=bearer(token)).status_code == 403
