"""A program that was never here before registers, and is an app from then on."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient


def register(gateway: Gateway, **metadata: Any) -> requests.Response:
    """Register by what discovery says, as a relying party that knows nothing else."""
    endpoint = gateway.get("/.well-known/openid-configuration").json()["registration_endpoint"]
    return gateway.post(endpoint, json={"redirect_uris": [REDIRECT_URI], **metadata})


@pytest.mark.rfc("7591 §3.2.1; OIDC Registration §3.2")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_from_discovery_to_tokens(gateway: Gateway, browser: Browser, method: str) -> None:
    answer = register(gateway, client_name="Newcomer", token_endpoint_auth_method=method)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    client = OAuthClient(gateway, told["client_id"], told["client_secret"], method)
    tokens = client.tokens_by_code(browser, scope="openid email")
    assert tokens["id_token"] and tokens["scope"] == "openid email"


@pytest.mark.rfc("7591 §5")
def test_people_are_told_that_nobody_vouches_for_it(gateway: Gateway, browser: Browser) -> None:
    told = register(gateway, client_name="Your bank", logo_uri="https://10.0.0.1/logo.png").json()
    request, _ = OAuthClient(gateway, told["client_id"], told["client_secret"]).authorization(scope="openid")
    page = browser.sign_in(browser.open("/oauth/authorize", **request))
    assert "Nobody here has checked who is behind this app" in page.text
    assert "127.0.0.1:4600" in page.text and "10.0.0.1" not in page.text
    logo = browser.open(f"/client-logo/{told['client_id']}")
    assert (
        logo.headers["Content-Type"].startswith("image/")
        and "sandbox" in logo.headers["Content-Security-Policy"]
    )


@pytest.mark.rfc("7591 §3.2.2")
@pytest.mark.parametrize(
    ("metadata", "error", "field"),
    [
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri", "redirect_uris[0]"),
        (
            {"redirect_uris": [f"{REDIRECT_URI}/{number}" for number in range(1000)]},
            "invalid_redirect_uri",
            "redirect_uris",
        ),
        ({"policy_uri": "javascript:alert(1)"}, "invalid_client_metadata", "policy_uri"),
        ({"scope": "openid admin:write"}, "invalid_client_metadata", "scope"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, "invalid_client_metadata", "jwks"),
        ({"sector_identifier_uri": "https://10.0.0.1/"}, "invalid_client_metadata", "sector_identifier_uri"),
    ],
)
def test_what_is_refused_is_named(gateway: Gateway, metadata: dict[str, Any], error: str, field: str) -> None:
    answer = register(gateway, **metadata)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert field in answer.json()["error_description"]
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


@pytest.mark.rfc("7591 §3")
def test_initial_access_tokens_are_kept_by_the_admin_api(admin: AdminApi, gateway: Gateway) -> None:
    name = f"Partner {secrets.token_hex(4)}"
    made = admin.call("POST", "/initial-access-tokens", json={"name": name, "uses": 3}).json()
    gateway.used_secrets.add("initial_access_token", made["token"])
    listed = admin.call("GET", "/initial-access-tokens?limit=100").json()["items"]
    assert [one["remaining"] for one in listed if one["id"] == made["id"]] == [3]
    assert admin.call("DELETE", f"/initial-access-tokens/{made['id']}").status_code == 204


@pytest.mark.rfc("7591 §5")
def test_bodies_that_make_a_server_work_are_cheap(gateway: Gateway) -> None:
    started = time.monotonic()
    keys = {"keys": [{"kty": "RSA", "e": "AQAB", "n": "v" * 2000}] * 20}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: register(gateway, jwks=keys).status_code, range(12)))
    assert set(answers) <= {201, 400} and time.monotonic() - started < 10
