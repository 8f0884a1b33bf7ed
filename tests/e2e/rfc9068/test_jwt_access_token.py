"""Access tokens as JWTs, for clients that ask for them."""

import time
from collections.abc import Callable

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient


@pytest.fixture(scope="session")
def jwt_app(register: Callable[..., OAuthClient]) -> OAuthClient:
    return register(access_token_format="jwt")


def decode(gateway: Gateway, token: str) -> jwt.Token:
    """Check the signature with the published keys."""
    keys = KeySet.import_key_set(gateway.get("/oauth/jwks").json())
    return jwt.decode(token, keys, algorithms=["ES256"])


@pytest.mark.rfc("9068 §2.1, §2.2")
def test_header_and_claims(jwt_app: OAuthClient, gateway: Gateway, browser: Browser) -> None:
    tokens = jwt_app.tokens_by_code(browser, scope="openid profile notes:read")
    token = decode(gateway, tokens["access_token"])
    claims = token.claims
    assert token.header["typ"] == "at+jwt"
    assert claims["iss"] == gateway.url
    assert set(claims["aud"]) == {f"{gateway.url}/api", f"{gateway.url}/oauth/userinfo"}
    assert claims["client_id"] == jwt_app.client_id
    assert claims["scope"] == "openid profile notes:read"
    assert claims["sub"] == gateway.get("/api/me", headers=bearer(tokens["access_token"])).json()["sub"]
    assert claims["exp"] - claims["iat"] == tokens["expires_in"]
    assert abs(claims["iat"] - time.time()) < 60
    assert claims["jti"]


@pytest.mark.rfc("9068 §2.2")
def test_a_clients_own_token_has_the_client_as_subject(jwt_app: OAuthClient, gateway: Gateway) -> None:
    claims = decode(gateway, jwt_app.tokens("client_credentials")["access_token"]).claims
    assert claims["sub"] == claims["client_id"] == jwt_app.client_id


@pytest.mark.rfc("9068 §2.2")
def test_two_tokens_have_two_jtis(jwt_app: OAuthClient, gateway: Gateway) -> None:
    first, second = (jwt_app.tokens("client_credentials")["access_token"] for _ in range(2))
    assert decode(gateway, first).claims["jti"] != decode(gateway, second).claims["jti"]


@pytest.mark.rfc("9068 §4")
def test_a_changed_token_is_refused(jwt_app: OAuthClient, gateway: Gateway) -> None:
    header, claims, signature = jwt_app.tokens("client_credentials")["access_token"].split(".")
    other = "A" if signature[10] != "A" else "B"
    for forged in (
        f"{header}.{claims}.{signature[:10]}{other}{signature[11:]}",
        f"{header}.{claims}.",
        f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{claims}.",
    ):
        assert gateway.get("/api/me", headers=bearer(forged)).status_code == 401


@pytest.mark.rfc("7009 §2.1; 7662 §2.2")
def test_it_can_be_introspected_and_revoked(
    jwt_app: OAuthClient, resource_server: OAuthClient, gateway: Gateway
) -> None:
    token = jwt_app.tokens("client_credentials")["access_token"]
    assert resource_server.introspect(token).json()["active"] is True
    assert jwt_app.revoke(token).status_code == 200
    assert resource_server.introspect(token).json() == {"active": False}
    assert gateway.get("/api/me", headers=bearer(token)).status_code == 401
