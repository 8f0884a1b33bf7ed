"""What one replica was told counts at every other: what is used up, revoked or signed out of stays so."""

import pytest
from joserfc.jwk import RSAKey

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser, session_cookie_name
from tests.e2e.client_assertion import sign_assertion
from tests.e2e.gateway import Gateway, at_once, works
from tests.e2e.oauth_client import OAuthClient
from tests.e2e.replicas.conftest import REPLICAS, who_answered

ONE_OF_20 = [200] + [400] * 19


@pytest.mark.rfc("6749 §4.1.2; 9700 §4.5.2")
def test_of_20_parallel_redemptions_of_a_code_one_succeeds(replicated: Gateway, app: OAuthClient) -> None:
    code = app.get_code(Browser(replicated))
    answers = at_once(lambda: app.request_token("authorization_code", **code))
    assert sorted(answer.status_code for answer in answers) == ONE_OF_20
    assert len(who_answered(replicated.system, answers)) == REPLICAS
    [won] = [answer.json() for answer in answers if answer.ok]
    assert not works(replicated, won["access_token"])


@pytest.mark.rfc("9700 §4.14.2")
def test_of_20_parallel_uses_of_a_refresh_token_one_succeeds(replicated: Gateway, app: OAuthClient) -> None:
    first = app.tokens_by_code(Browser(replicated))
    answers = at_once(lambda: app.request_token("refresh_token", refresh_token=first["refresh_token"]))
    assert sorted(answer.status_code for answer in answers) == ONE_OF_20
    assert len(who_answered(replicated.system, answers)) == REPLICAS
    [won] = [answer.json() for answer in answers if answer.ok]
    assert not works(replicated, won["access_token"])


@pytest.mark.rfc("8628 §3.5")
def test_of_20_parallel_polls_one_gets_a_devices_tokens(replicated: Gateway) -> None:
    device = OAuthClient(replicated, "demo-device", None, "none")
    codes = device.start_device()
    Browser(replicated).decide_for_device(codes["user_code"])
    answers = at_once(lambda: device.poll(codes["device_code"]))
    assert sorted(answer.status_code for answer in answers) == ONE_OF_20
    assert len(who_answered(replicated.system, answers)) == REPLICAS


@pytest.mark.rfc("7523 §3; OIDC Core §9")
def test_of_20_parallel_uses_of_an_assertion_one_authenticates(
    replicated: Gateway, administration: AdminApi
) -> None:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    jwks = {"keys": [key.as_dict(private=False)]}
    client = administration.register(token_endpoint_auth_method="private_key_jwt", jwks=jwks)
    form = {"grant_type": "client_credentials"} | sign_assertion(replicated, client.client_id, key)
    answers = at_once(lambda: replicated.post("/oauth/token", data=form))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    assert {answer.json()["error"] for answer in answers if not answer.ok} == {"invalid_client"}
    assert len(who_answered(replicated.system, answers)) == REPLICAS


@pytest.mark.rfc("7009 §2; 7662 §2.2")
def test_what_one_has_revoked_is_active_at_none(replicated: Gateway, app: OAuthClient) -> None:
    token = app.tokens_by_code(Browser(replicated))["access_token"]
    assert all(answer.json()["active"] for answer in at_once(lambda: app.introspect(token)))
    assert app.revoke(token).status_code == 200
    answers = at_once(lambda: app.introspect(token))
    assert [answer.json() for answer in answers] == [{"active": False}] * 20
    assert len(who_answered(replicated.system, answers)) == REPLICAS


def test_who_has_signed_out_at_one_is_signed_in_at_none(replicated: Gateway) -> None:
    browser = Browser(replicated)
    page = browser.sign_in()
    cookie = {"Cookie": f"{session_cookie_name(replicated.url)}={browser.session_cookie()}"}
    assert all(
        browser.username in answer.text for answer in at_once(lambda: replicated.get("/", headers=cookie))
    )
    browser.submit(page, "/logout")
    answers = at_once(lambda: replicated.get("/", headers=cookie))
    assert not any(browser.username in answer.text for answer in answers)
    assert len(who_answered(replicated.system, answers)) == REPLICAS
