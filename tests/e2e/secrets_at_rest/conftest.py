"""Uses of every kind of secret, for when these tests run alone; in a whole run the others have left thousands."""

import secrets
from collections.abc import Callable

import pytest
from joserfc.jwk import RSAKey

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.client_assertion import sign_assertion
from tests.e2e.gateway import Gateway, System, bearer
from tests.e2e.oauth_client import OAuthClient
from tests.e2e.used_secrets import UsedSecrets

KINDS = (
    *("code", "code_verifier", "access_token", "refresh_token", "id_token", "client_secret", "password"),
    *("cookie", "request", "device_code", "user_code", "csrf_token"),
    *("registration_access_token", "token", "client_assertion", "jti", "own"),
)


@pytest.fixture
def used_secrets(
    gateway: Gateway,
    system: System,
    admin: AdminApi,
    web_app: OAuthClient,
    register: Callable[..., OAuthClient],
    resource_server: OAuthClient,
    device: OAuthClient,
    new_browser: Callable[..., Browser],
) -> UsedSecrets:
    """All that the run has used, at least one of every kind and in every way that a client can send it."""
    browser = new_browser()
    browser.sign_in(browser.open("/admin/"))
    posting = register(token_endpoint_auth_method="client_secret_post", access_token_format="jwt")
    for client in (web_app, posting):
        tokens = client.tokens_by_code(browser, scope="openid profile")
        renewed = client.tokens("refresh_token", refresh_token=tokens["refresh_token"])
        resource_server.introspect(renewed["access_token"])
        client.request_token("refresh_token", refresh_token=tokens["refresh_token"])  # a replay, to be logged
        client.revoke(renewed["access_token"])
        browser.open("/oauth/logout", id_token_hint=tokens["id_token"])
        asked, _ = client.authorization(id_token_hint=tokens["id_token"], scope="openid profile")
        new_browser().open("/oauth/authorize", **asked)  # left waiting at the sign-in page
    for decision in ("allow", "deny", None):  # the last one is left waiting
        codes = device.start_device()
        new_browser().open(codes["verification_uri_complete"])  # the code goes along to the sign-in page
        question = browser.type_user_code(codes["user_code"])
        if decision:
            browser.submit(question, decision=decision)
        device.poll(codes["device_code"])
    admin.call("POST", f"/clients/{posting.client_id}/secret", json={"keep_previous_for": 60})
    user = admin.create_user(password=gateway.used_secrets.add("password", secrets.token_urlsafe()))
    admin.call("POST", f"/users/{user['sub']}/password", json={})
    register_itself(gateway, admin)
    assert_once_and_again(gateway, register)
    for secret in system.own_secrets():
        gateway.used_secrets.add("own", secret)
    for kind in KINDS:
        assert gateway.used_secrets.of_kind(kind), f"no {kind} was used"
    for client_id in ("demo-web", "demo-service", "demo-api", "demo-automation"):
        gateway.used_secrets.add("client_secret", f"{client_id}-secret")
    return gateway.used_secrets


def register_itself(gateway: Gateway, admin: AdminApi) -> None:
    """A client registers by an initial access token, changes itself, and comes once more with the old token."""
    made = admin.call("POST", "/initial-access-tokens", json={"name": "Search", "uses": 2}).json()
    metadata = {
        "redirect_uris": ["https://rp.example/callback"],
        "token_endpoint_auth_method": "client_secret_jwt",
    }
    told = gateway.post("/oauth/register", json=metadata, headers=bearer(made["token"])).json()
    change = metadata | {"client_id": told["client_id"]}
    for expected in (200, 401):
        headers = bearer(told["registration_access_token"])
        answer = gateway.put(told["registration_client_uri"], json=change, headers=headers)
        assert answer.status_code == expected, answer.text


def assert_once_and_again(gateway: Gateway, register: Callable[..., OAuthClient]) -> None:
    """A client authenticates by an assertion, which is then replayed."""
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    jwks = {"keys": [key.as_dict(private=False)]}
    client = register(token_endpoint_auth_method="private_key_jwt", jwks=jwks)
    form = {"grant_type": "client_credentials"} | sign_assertion(gateway, client.client_id, key)
    assert [gateway.post("/oauth/token", data=form).status_code for _ in range(2)] == [200, 401]
