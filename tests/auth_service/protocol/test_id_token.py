"""The id_token of the code flow (OIDC Core §2, §3.1.3.6) and the JWK set that verifies it."""

import base64
import hashlib

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from auth_service.models import Session, User
from tests.auth_service.conftest import basic
from tests.auth_service.flow import get_code, redeem


def verify(client, token, alg):
    keys = KeySet.import_key_set(client.get("/oauth/jwks").json)
    return jwt.decode(token, keys, [alg])


@pytest.mark.rfc("OIDC Core §2")
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_claims_and_signature(client, register, username, settings, clock, alg):
    client_id = register(id_token_signed_response_alg=alg)
    code = get_code(client, username, client_id, scope="openid profile", nonce="n-0S6")
    signed_in_at = int(clock.now().timestamp())
    clock.advance(seconds=10)
    tokens = redeem(client, client_id, code).json
    id_token = verify(client, tokens["id_token"], alg)
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert id_token.header["kid"]
    assert id_token.claims == {
        "iss": settings.issuer,
        "sub": User.find(username).id,
        "aud": client_id,
        "iat": signed_in_at + 10,
        "exp": signed_in_at + 3610,
        "auth_time": signed_in_at,
        "amr": ["pwd"],
        "nonce": "n-0S6",
        "sid": Session.objects(sub=User.find(username).id).first().public_id,
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_without_openid_there_is_none(client, register, username):
    client_id = register()
    assert "id_token" not in redeem(client, client_id, get_code(client, username, client_id)).json


@pytest.mark.rfc("OIDC Core §12.2")
def test_a_refreshed_one_keeps_subject_and_auth_time_but_no_nonce(client, register, username, clock):
    client_id = register(id_token_signed_response_alg="ES256")
    first = redeem(client, client_id, get_code(client, username, client_id, scope="openid", nonce="n")).json
    clock.advance(minutes=5)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    before, after = (verify(client, reply["id_token"], "ES256").claims for reply in (first, second))
    assert [before[name] for name in ("iss", "sub", "aud", "auth_time")] == [
        after[name] for name in ("iss", "sub", "aud", "auth_time")
    ]
    assert after["iat"] == before["iat"] + 300
    assert "nonce" not in after


@pytest.mark.rfc("7517 §4")
def test_the_key_set_has_no_private_part(client):
    keys = client.get("/oauth/jwks").json["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256"}
    for key in keys:
        assert {"d", "p", "q", "dp", "dq", "qi"}.isdisjoint(key)
        assert key["use"] == "sig"
