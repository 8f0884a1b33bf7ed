"""The id_token of the code flow, checked as a relying party does."""

import base64
import hashlib
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient


def verify(gateway: Gateway, id_token: str, algorithm: str = "RS256") -> dict[str, Any]:
    """The claims; raises JoseError unless a published key has signed them with this algorithm."""
    keys = KeySet.import_key_set(gateway.get("/oauth/jwks").json())
    token = jwt.decode(id_token, keys, algorithms=[algorithm])
    assert token.header["kid"] in {key.kid for key in keys.keys}
    return token.claims


@pytest.mark.rfc("OIDC Core §2, §3.1.3.7")
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_relying_party_can_check_it(register, gateway: Gateway, browser: Browser, algorithm: str) -> None:
    client = register(id_token_signed_response_alg=algorithm)
    tokens = client.tokens_by_code(browser, scope="openid profile", nonce="n-0S6_WzA2Mj")
    claims = verify(gateway, tokens["id_token"], algorithm)
    assert claims["iss"] == gateway.url
    assert claims["aud"] == client.client_id
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert abs(claims["iat"] - time.time()) < 60
    assert claims["exp"] > time.time()
    assert claims["sub"] == gateway.get("/api/me", headers=bearer(tokens["access_token"])).json()["sub"]


@pytest.mark.rfc("OIDC Core §3.1.3.6")
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_at_hash_ties_it_to_the_access_token(
    register, gateway: Gateway, browser: Browser, algorithm: str
) -> None:
    client = register(id_token_signed_response_alg=algorithm)
    tokens = client.tokens_by_code(browser, scope="openid")
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    expected = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert verify(gateway, tokens["id_token"], algorithm)["at_hash"] == expected


@pytest.mark.rfc("OIDC Core §2")
def test_auth_time_is_when_the_person_signed_in(
    web_app: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    before = int(time.time())
    first = web_app.tokens_by_code(browser, scope="openid")
    after = int(time.time())
    second = web_app.tokens_by_code(browser, scope="openid")
    auth_time = verify(gateway, first["id_token"])["auth_time"]
    assert before <= auth_time <= after
    assert verify(gateway, second["id_token"])["auth_time"] == auth_time


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_without_openid_there_is_none(web_app: OAuthClient, browser: Browser) -> None:
    assert "id_token" not in web_app.tokens_by_code(browser, scope="profile", nonce="n")


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_without_a_nonce_there_is_none(web_app: OAuthClient, gateway: Gateway, browser: Browser) -> None:
    tokens = web_app.tokens_by_code(browser, scope="openid")
    assert "nonce" not in verify(gateway, tokens["id_token"])


@pytest.mark.rfc("OIDC Core §12.2")
def test_a_refreshed_one_is_of_the_same_sign_in(
    web_app: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    first = web_app.tokens_by_code(browser, scope="openid", nonce="n")
    second = web_app.tokens("refresh_token", refresh_token=first["refresh_token"])
    old, new = verify(gateway, first["id_token"]), verify(gateway, second["id_token"])
    for claim in ("iss", "sub", "aud", "auth_time"):
        assert new[claim] == old[claim]
    assert new["at_hash"] != old["at_hash"]
