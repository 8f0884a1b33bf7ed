"""JWT access tokens for clients that ask for them (RFC 9068)."""

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from auth_service.models import User
from tests.auth_service.conftest import basic
from tests.auth_service.flow import get_code, redeem


@pytest.fixture
def client_id(register):
    return register(access_token_format="jwt")


def verify(client, token):
    return jwt.decode(token, KeySet.import_key_set(client.get("/oauth/jwks").json), ["ES256"])


@pytest.mark.rfc("9068 §2")
def test_header_and_claims(client, client_id, username, settings, clock):
    reply = redeem(client, client_id, get_code(client, username, client_id, scope="profile notes:read")).json
    token = verify(client, reply["access_token"])
    now = int(clock.now().timestamp())
    assert token.header["typ"] == "at+jwt"
    assert token.claims.pop("jti")
    assert token.claims == {
        "iss": settings.issuer,
        "sub": User.find(username).id,
        "aud": [f"{settings.issuer}/api"],
        "client_id": client_id,
        "scope": "profile notes:read",
        "iat": now,
        "exp": now + 3600,
    }


@pytest.mark.rfc("9068 §2.2")
def test_a_clients_own_token_has_the_client_as_subject(client, client_id):
    reply = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic(client_id))
    assert verify(client, reply.json["access_token"]).claims["sub"] == client_id


@pytest.mark.rfc("9068 §3")
def test_a_clients_own_audience(client, register):
    client_id = register(access_token_format="jwt", audience=["https://api.example"])
    reply = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic(client_id))
    assert verify(client, reply.json["access_token"]).claims["aud"] == ["https://api.example"]


def test_it_is_introspected_and_revoked_like_any_other(client, client_id):
    reply = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic(client_id))
    form = {"token": reply.json["access_token"]}
    assert client.post("/oauth/introspect", data=form, auth=basic(client_id)).json["active"] is True
    client.post("/oauth/revoke", data=form, auth=basic(client_id))
    assert client.post("/oauth/introspect", data=form, auth=basic(client_id)).json == {"active": False}
