"""Every authorization response says who it is from."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient


@pytest.mark.rfc("9207 §2")
@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_codes_and_denials_carry_iss(
    web_app: OAuthClient, browser: Browser, gateway: Gateway, decision: str
) -> None:
    request, _ = web_app.authorization()
    assert browser.authorize(decision, **request).query["iss"] == gateway.url


@pytest.mark.rfc("9207 §2")
@pytest.mark.parametrize("change", [{"scope": "unheard-of"}, {"prompt": "none"}, {"response_type": "x"}])
def test_errors_carry_iss(
    web_app: OAuthClient, browser: Browser, gateway: Gateway, change: dict[str, str]
) -> None:
    request, _ = web_app.authorization()
    answer = browser.authorize(**(request | change))
    assert "error" in answer.query
    assert answer.query["iss"] == gateway.url


@pytest.mark.rfc("9207 §2")
@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_implicit_answers_carry_iss(browser: Browser, gateway: Gateway, decision: str) -> None:
    answer = browser.authorize(decision, response_type="token", client_id="demo-implicit", scope="profile")
    assert answer.fragment["iss"] == gateway.url


@pytest.mark.rfc("9207 §3")
def test_the_metadata_promise_it(gateway: Gateway) -> None:
    metadata = gateway.get("/.well-known/oauth-authorization-server").json()
    assert metadata["authorization_response_iss_parameter_supported"] is True
