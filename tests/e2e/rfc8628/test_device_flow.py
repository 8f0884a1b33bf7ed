"""A device without a browser, and a person with one, who types what the device shows."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, at_once, bearer, works
from tests.e2e.oauth_client import DEVICE_CODE, OAuthClient
from tests.e2e.relying_parties.received_id_token import check

UNKNOWN = "No device waits with this code"


@pytest.fixture
def codes(device: OAuthClient) -> dict[str, Any]:
    """What the device was told when it began."""
    return device.start_device()


def error_of(device: OAuthClient, device_code: str) -> str:
    """The error that a poll gets; raises AssertionError if it gets tokens."""
    answer = device.poll(device_code)
    assert answer.status_code == 400, answer.text
    return answer.json()["error"]


@pytest.mark.rfc("8628 §3.1, §3.2, §3.3, §3.4, §3.5")
def test_the_whole_flow(device: OAuthClient, gateway: Gateway, browser: Browser) -> None:
    codes = device.start_device("openid profile notes:read")
    assert codes["verification_uri"] == f"{gateway.url}/device"
    assert error_of(device, codes["device_code"]) == "authorization_pending"

    question = browser.type_user_code(codes["user_code"].replace("-", "").lower())
    text = unescape(question.text)
    for words in ("Demo device", "Read your notes", browser.username):
        assert words in text
    assert error_of(device, codes["device_code"]) in ("authorization_pending", "slow_down")
    assert "Your device is connected" in browser.submit(question, decision="allow").text

    tokens = device.poll(codes["device_code"]).json()
    assert tokens["scope"] == "openid profile notes:read"
    headers = bearer(tokens["access_token"])
    assert gateway.get("/api/me", headers=headers).json()["username"] == browser.username
    assert gateway.get("/api/notes", headers=headers).status_code == 200
    claims = check(gateway, tokens["id_token"], "demo-device", None, "RS256")
    assert gateway.get("/oauth/userinfo", headers=headers).json()["sub"] == claims["sub"]

    renewed = device.tokens("refresh_token", refresh_token=tokens["refresh_token"])
    assert works(gateway, renewed["access_token"])
    again = check(gateway, renewed["id_token"], "demo-device", None, "RS256")
    assert (again["sub"], again["auth_time"]) == (claims["sub"], claims["auth_time"])


@pytest.mark.rfc("8628 §3.3.1, §5.4")
def test_the_link_with_the_code_fills_it_in_and_decides_nothing(
    device: OAuthClient, codes: dict[str, Any], browser: Browser
) -> None:
    page = browser.sign_in(browser.open(codes["verification_uri_complete"]))
    assert f'value="{codes["user_code"]}"' in page.text
    assert "Demo device" not in page.text
    assert error_of(device, codes["device_code"]) == "authorization_pending"
    question = browser.submit(page, "/device")
    assert codes["user_code"] in question.text
    browser.submit(question, decision="allow")
    assert device.poll(codes["device_code"]).status_code == 200


@pytest.mark.rfc("8628 §3.5")
def test_a_no_is_told_to_the_device(device: OAuthClient, codes: dict[str, Any], browser: Browser) -> None:
    assert "Nothing was allowed" in browser.decide_for_device(codes["user_code"], "deny").text
    for _ in range(2):
        assert error_of(device, codes["device_code"]) == "access_denied"
    assert UNKNOWN in browser.type_user_code(codes["user_code"]).text


@pytest.mark.rfc("8628 §3.5")
def test_of_two_polls_at_once_one_is_too_soon(device: OAuthClient, codes: dict[str, Any]) -> None:
    with ThreadPoolExecutor(2) as pool:
        errors = pool.map(error_of, [device] * 2, [codes["device_code"]] * 2)
    assert Counter(errors) == {"authorization_pending": 1, "slow_down": 1}


@pytest.mark.rfc("8628 §3.4")
@pytest.mark.parametrize("change", ["unknown", "cut off", "lengthened", "the user code", "other case"])
def test_a_device_code_that_is_none(
    device: OAuthClient, codes: dict[str, Any], browser: Browser, change: str
) -> None:
    browser.decide_for_device(codes["user_code"])
    device_code = {
        "unknown": "gdc_" + "x" * 43,
        "cut off": codes["device_code"][:-1],
        "lengthened": codes["device_code"] + "A",
        "the user code": codes["user_code"],
        "other case": codes["device_code"].swapcase(),
    }[change]
    assert error_of(device, device_code) == "invalid_grant"
    assert device.poll(codes["device_code"]).status_code == 200


@pytest.mark.rfc("8628 §5.2")
def test_another_clients_code(
    device: OAuthClient, register, codes: dict[str, Any], gateway: Gateway, browser: Browser
) -> None:
    stranger: OAuthClient = register(grant_types=[DEVICE_CODE], response_types=[], redirect_uris=[])
    assert error_of(stranger, codes["device_code"]) == "invalid_grant"
    browser.decide_for_device(codes["user_code"])
    assert error_of(stranger, codes["device_code"]) == "invalid_grant"
    tokens = device.poll(codes["device_code"]).json()
    assert error_of(stranger, codes["device_code"]) == "invalid_grant"
    assert works(gateway, tokens["access_token"])


@pytest.mark.rfc("8628 §3.1")
@pytest.mark.parametrize("auth_method", ["client_secret_basic", "client_secret_post"])
def test_a_confidential_device_authenticates(
    register, gateway: Gateway, browser: Browser, auth_method: str
) -> None:
    client: OAuthClient = register(
        grant_types=[DEVICE_CODE],
        response_types=[],
        redirect_uris=[],
        token_endpoint_auth_method=auth_method,
    )
    nobody = OAuthClient(gateway, client.client_id, None, "none")
    assert nobody.post("/oauth/device_authorization").json()["error"] == "invalid_client"
    codes = client.start_device()
    browser.decide_for_device(codes["user_code"])
    assert nobody.poll(codes["device_code"]).json()["error"] == "invalid_client"
    assert client.poll(codes["device_code"]).status_code == 200


@pytest.mark.rfc("8628 §3.1")
def test_a_client_that_is_no_device(spa: OAuthClient) -> None:
    refused = spa.post("/oauth/device_authorization", scope="profile")
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.rfc("8628 §3.4; 6749 §4.1.2")
def test_a_code_presented_again_revokes_what_it_gave(
    device: OAuthClient, codes: dict[str, Any], gateway: Gateway, browser: Browser
) -> None:
    browser.decide_for_device(codes["user_code"])
    tokens = device.poll(codes["device_code"]).json()
    renewed = device.tokens("refresh_token", refresh_token=tokens["refresh_token"])
    assert error_of(device, codes["device_code"]) == "invalid_grant"
    assert not works(gateway, tokens["access_token"])
    assert not works(gateway, renewed["access_token"])
    refused = device.request_token("refresh_token", refresh_token=renewed["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


@pytest.mark.rfc("8628 §3.4; 6749 §4.1.2")
def test_of_20_parallel_polls_one_gets_tokens(
    device: OAuthClient, codes: dict[str, Any], browser: Browser
) -> None:
    browser.decide_for_device(codes["user_code"])
    answers = at_once(lambda: device.poll(codes["device_code"]))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    assert {answer.json()["error"] for answer in answers if not answer.ok} == {"invalid_grant"}


@pytest.mark.rfc("8628 §3.3")
def test_a_user_code_that_no_device_shows(browser: Browser) -> None:
    page = browser.type_user_code("BBBB-BBBB")
    assert page.status_code == 400
    assert UNKNOWN in page.text
    assert 'value="BBBB-BBBB"' in page.text


@pytest.mark.rfc("8628 §3.3")
def test_a_decision_stands(device: OAuthClient, codes: dict[str, Any], browser: Browser, new_browser) -> None:
    late: Browser = new_browser()
    question = late.type_user_code(codes["user_code"])
    browser.decide_for_device(codes["user_code"], "deny")
    assert UNKNOWN in late.submit(question, decision="allow").text
    assert error_of(device, codes["device_code"]) == "access_denied"


@pytest.mark.rfc("8628 §3.3")
def test_signing_out_in_the_browser_leaves_the_device_signed_in(
    device: OAuthClient, codes: dict[str, Any], gateway: Gateway, browser: Browser
) -> None:
    browser.decide_for_device(codes["user_code"])
    tokens = device.poll(codes["device_code"]).json()
    browser.submit(browser.open("/"), "/logout")
    assert browser.open("/device").url.startswith(f"{gateway.url}/login")
    assert works(gateway, tokens["access_token"])
    assert device.tokens("refresh_token", refresh_token=tokens["refresh_token"])


@pytest.mark.rfc("7009 §2.1")
def test_the_device_signs_itself_out(
    device: OAuthClient, codes: dict[str, Any], gateway: Gateway, browser: Browser
) -> None:
    browser.decide_for_device(codes["user_code"])
    tokens = device.poll(codes["device_code"]).json()
    assert device.revoke(tokens["refresh_token"]).status_code == 200
    assert not works(gateway, tokens["access_token"])


@pytest.mark.rfc("8628 §3.3")
def test_an_account_that_is_disabled_gives_nothing(
    admin, device: OAuthClient, codes: dict[str, Any], new_browser
) -> None:
    browser: Browser = new_browser()
    browser.decide_for_device(codes["user_code"])
    [user] = admin.read("/users", search=browser.username)["items"]
    assert admin.call("PATCH", f"/users/{user['sub']}", json={"disabled": True}).status_code == 200
    assert error_of(device, codes["device_code"]) == "invalid_grant"
