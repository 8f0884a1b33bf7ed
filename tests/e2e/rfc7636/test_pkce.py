"""PKCE: whoever saw the code but not the verifier gets nothing."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.oauth_client import OAuthClient, new_pkce

WITHOUT = {"code_challenge": None, "code_challenge_method": None}


@pytest.mark.rfc("7636 §4.6")
@pytest.mark.parametrize("public", [True, False])
def test_a_wrong_verifier_gets_nothing_and_burns_nothing(
    web_app: OAuthClient, spa: OAuthClient, browser: Browser, public: bool
) -> None:
    client = spa if public else web_app
    good = client.get_code(browser)
    another, _ = new_pkce(client.gateway)
    refused = client.request_token("authorization_code", **(good | {"code_verifier": another}))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert client.tokens("authorization_code", **good)


@pytest.mark.rfc("7636 §4.1, §4.5")
@pytest.mark.parametrize("verifier", [None, "", "short", "x" * 42, "x" * 129, "ä" * 43, "x" * 42 + "\n"])
def test_a_missing_or_malformed_verifier(
    web_app: OAuthClient, browser: Browser, verifier: str | None
) -> None:
    code = web_app.get_code(browser) | {"code_verifier": verifier}
    refused = web_app.request_token("authorization_code", **code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert "code_verifier" in refused.json()["error_description"]


@pytest.mark.rfc("7636 §4.4.1")
def test_a_public_client_must_send_a_challenge(spa: OAuthClient, browser: Browser) -> None:
    request, _ = spa.authorization()
    answer = browser.authorize(**(request | WITHOUT))
    assert answer.query["error"] == "invalid_request"
    assert "code_challenge" in answer.query["error_description"]


@pytest.mark.rfc("7636 §4.4.1; 9700 §2.1.1")
def test_under_the_stricter_profile_everyone_must(register, browser: Browser) -> None:
    client = register(profile="oauth21", grant_types=["authorization_code"])
    request, _ = client.authorization()
    assert browser.authorize(**(request | WITHOUT)).query["error"] == "invalid_request"
    assert client.tokens_by_code(browser)["access_token"]


@pytest.mark.rfc("7636 §4.3; 9700 §2.1.1")
@pytest.mark.parametrize("method", ["plain", "s256", "S512", None])
def test_only_s256_is_accepted(spa: OAuthClient, browser: Browser, method: str | None) -> None:
    request, _ = spa.authorization()
    answer = browser.authorize(**(request | {"code_challenge_method": method}))
    assert answer.query["error"] == "invalid_request"


@pytest.mark.rfc("7636 §4.2")
@pytest.mark.parametrize("challenge", ["short", "x" * 44, "=" * 43, "ä" * 43])
def test_a_malformed_challenge(spa: OAuthClient, browser: Browser, challenge: str) -> None:
    request, _ = spa.authorization()
    answer = browser.authorize(**(request | {"code_challenge": challenge}))
    assert answer.query["error"] == "invalid_request"


@pytest.mark.rfc("9700 §4.8.2")
def test_a_verifier_without_a_challenge_is_refused(web_app: OAuthClient, browser: Browser) -> None:
    code = web_app.get_code(browser, **WITHOUT)
    refused = web_app.request_token("authorization_code", **code)
    assert refused.json()["error"] == "invalid_request"
    del code["code_verifier"]
    assert web_app.tokens("authorization_code", **code)
