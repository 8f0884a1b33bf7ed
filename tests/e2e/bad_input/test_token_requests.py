"""Token requests with something missing, repeated, in the wrong place, cut off or somebody else's."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient

ENDPOINTS = ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/device_authorization")


@pytest.mark.rfc("6749 §3.2")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("name", ["grant_type", "token", "scope", "unheard_of"])
def test_a_repeated_parameter_is_refused(
    web_app: OAuthClient, gateway: Gateway, endpoint: str, name: str
) -> None:
    form = {"grant_type": "client_credentials", "token": "x", "scope": "profile", "unheard_of": "y"}
    answer = web_app.post(endpoint, **(form | {name: [form[name], form[name]]}))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749 §3.2")
def test_credentials_given_twice_are_refused(web_app: OAuthClient, gateway: Gateway) -> None:
    for names in (["client_id"], ["client_secret"], ["client_id", "client_secret"]):
        form: dict = {"grant_type": "client_credentials"}
        form |= {"client_id": web_app.client_id, "client_secret": web_app.secret}
        form |= {name: [form[name]] * 2 for name in names}
        answer = gateway.post("/oauth/token", data=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749 §3.2, §2.3.1")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_parameters_in_the_address_are_refused(web_app: OAuthClient, gateway: Gateway, endpoint: str) -> None:
    form = {"grant_type": "client_credentials", "token": "x"}
    auth = (web_app.client_id, web_app.secret or "")
    for query, body in ((form, None), ({"scope": "profile"}, form), ({"unheard_of": ""}, form)):
        answer = gateway.post(endpoint, params=query, data=body, auth=auth)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749 §3.2")
@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/xml"])
def test_a_body_that_is_no_form_is_refused(web_app: OAuthClient, gateway: Gateway, media_type: str) -> None:
    answer = gateway.post(
        "/oauth/token",
        data=b'{"grant_type": "client_credentials"}',
        headers={"Content-Type": media_type},
        auth=(web_app.client_id, web_app.secret or ""),
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749 §3.2")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_get_is_not_allowed(gateway: Gateway, endpoint: str) -> None:
    answer = gateway.get(endpoint)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize("change", ["cut off", "lengthened", "other case", "a token"])
def test_a_code_that_is_not_quite_right(web_app: OAuthClient, browser: Browser, change: str) -> None:
    good = web_app.get_code(browser)
    code = {
        "cut off": good["code"][:-1],
        "lengthened": good["code"] + "A",
        "other case": good["code"].swapcase(),
        "a token": web_app.tokens("client_credentials")["access_token"],
    }[change]
    refused = web_app.request_token("authorization_code", **(good | {"code": code}))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert web_app.tokens("authorization_code", **good)


@pytest.mark.rfc("6749 §5.2, §6")
@pytest.mark.parametrize("change", ["cut off", "lengthened", "an access token", "a code"])
def test_a_refresh_token_that_is_not_quite_right(web_app: OAuthClient, browser: Browser, change: str) -> None:
    tokens = web_app.tokens_by_code(browser)
    refresh_token = {
        "cut off": tokens["refresh_token"][:-1],
        "lengthened": tokens["refresh_token"] + "A",
        "an access token": tokens["access_token"],
        "a code": web_app.get_code(browser)["code"],
    }[change]
    refused = web_app.request_token("refresh_token", refresh_token=refresh_token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert web_app.tokens("refresh_token", refresh_token=tokens["refresh_token"])


@pytest.mark.rfc("6749 §10.5")
def test_somebody_elses_code_and_refresh_token(
    web_app: OAuthClient, spa: OAuthClient, browser: Browser
) -> None:
    code = web_app.get_code(browser)
    assert spa.request_token("authorization_code", **code).json()["error"] == "invalid_grant"
    tokens = web_app.tokens("authorization_code", **code)
    refused = spa.request_token("refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    assert web_app.tokens("refresh_token", refresh_token=tokens["refresh_token"])


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize(
    ("grant_type", "missing"),
    [
        ("authorization_code", "code"),
        ("password", "username"),
        ("refresh_token", "refresh_token"),
    ],
)
def test_a_missing_parameter_is_named(web_app: OAuthClient, grant_type: str, missing: str) -> None:
    refused = web_app.request_token(grant_type)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert missing in refused.json()["error_description"]
