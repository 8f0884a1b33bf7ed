"""The metadata of the authorization server is true: what it names is there, and behaves as it says."""

from typing import Any

import pytest

from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import DEVICE_CODE


@pytest.fixture(params=["oauth-authorization-server", "openid-configuration"])
def metadata(request: pytest.FixtureRequest, gateway: Gateway) -> dict[str, Any]:
    answer = gateway.get(f"/.well-known/{request.param}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    return answer.json()


@pytest.mark.rfc("8414 §2, §3.3")
def test_the_issuer_is_the_address_it_was_read_from(metadata: dict[str, Any], gateway: Gateway) -> None:
    assert metadata["issuer"] == gateway.url
    for name, value in metadata.items():
        if name.endswith(("_endpoint", "_uri")):
            assert value.startswith(f"{gateway.url}/oauth/"), name


@pytest.mark.rfc("8414 §2")
def test_every_endpoint_exists(metadata: dict[str, Any], gateway: Gateway) -> None:
    endpoints = [url for name, url in metadata.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(endpoints) >= 5
    for url in endpoints:
        assert gateway.options(url).status_code == 200, url


@pytest.mark.rfc("8414 §2")
def test_every_grant_that_is_named_is_known_and_no_other(
    metadata: dict[str, Any], gateway: Gateway, resource_server
) -> None:
    token_grants = {"authorization_code", "refresh_token", "client_credentials", "password", DEVICE_CODE}
    assert set(metadata["grant_types_supported"]) == token_grants | {"implicit"}
    for grant in token_grants:
        assert resource_server.request_token(grant).json()["error"] == "unauthorized_client"
    unknown = resource_server.request_token("urn:ietf:params:oauth:grant-type:jwt-bearer")
    assert unknown.json()["error"] == "unsupported_grant_type"


@pytest.mark.rfc("8414 §2")
def test_the_lists(metadata: dict[str, Any]) -> None:
    assert metadata["response_types_supported"] == [
        *("code", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "token")
    ]
    assert metadata["response_modes_supported"] == ["query", "fragment", "form_post"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    methods = {"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"}
    assert set(metadata["token_endpoint_auth_methods_supported"]) == methods
    assert set(metadata["revocation_endpoint_auth_methods_supported"]) == methods
    assert set(metadata["introspection_endpoint_auth_methods_supported"]) == methods - {"none"}


@pytest.mark.rfc("8414 §3")
def test_it_is_public_and_may_be_kept(gateway: Gateway) -> None:
    answer = gateway.get("/.well-known/oauth-authorization-server")
    assert "max-age" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
