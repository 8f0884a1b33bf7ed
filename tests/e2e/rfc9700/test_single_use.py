"""Codes and refresh tokens are good for one use, whoever is first; a second use takes back what they gave."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, at_once, works
from tests.e2e.oauth_client import OAuthClient


@pytest.mark.rfc("6749 §4.1.2; 9700 §4.5.2")
def test_a_code_presented_again_revokes_what_it_gave(
    web_app: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    code = web_app.get_code(browser)
    first = web_app.tokens("authorization_code", **code)
    second = web_app.tokens("refresh_token", refresh_token=first["refresh_token"])
    assert works(gateway, first["access_token"])
    again = web_app.request_token("authorization_code", **code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not works(gateway, first["access_token"])
    assert not works(gateway, second["access_token"])
    refused = web_app.request_token("refresh_token", refresh_token=second["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


@pytest.mark.rfc("9700 §4.14.2")
def test_a_refresh_token_used_again_revokes_its_family(
    spa: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    first = spa.tokens_by_code(browser)
    second = spa.tokens("refresh_token", refresh_token=first["refresh_token"])
    again = spa.request_token("refresh_token", refresh_token=first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not works(gateway, first["access_token"])
    assert not works(gateway, second["access_token"])
    stolen = spa.request_token("refresh_token", refresh_token=second["refresh_token"])
    assert stolen.json()["error"] == "invalid_grant"


@pytest.mark.rfc("9700 §4.14.2")
def test_other_authorizations_of_the_same_person_stand(
    web_app: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    stands = web_app.tokens_by_code(browser)
    falls = web_app.get_code(browser)
    web_app.tokens("authorization_code", **falls)
    web_app.request_token("authorization_code", **falls)
    assert works(gateway, stands["access_token"])
    assert web_app.tokens("refresh_token", refresh_token=stands["refresh_token"])


@pytest.mark.rfc("6749 §4.1.2; 9700 §4.5.2")
def test_of_20_parallel_redemptions_of_a_code_one_succeeds(web_app: OAuthClient, browser: Browser) -> None:
    code = web_app.get_code(browser)
    answers = at_once(lambda: web_app.request_token("authorization_code", **code))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    assert {answer.json()["error"] for answer in answers if not answer.ok} == {"invalid_grant"}


@pytest.mark.rfc("9700 §4.14.2")
def test_of_20_parallel_uses_of_a_refresh_token_one_succeeds(
    spa: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    first = spa.tokens_by_code(browser)
    answers = at_once(lambda: spa.request_token("refresh_token", refresh_token=first["refresh_token"]))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    [won] = [answer.json() for answer in answers if answer.ok]
    # Nobody can tell the owner from a thief: the family is gone, the winner's tokens too.
    assert not works(gateway, first["access_token"])
    assert not works(gateway, won["access_token"])


@pytest.mark.rfc("9700 §4.5.3")
def test_a_strangers_try_neither_uses_nor_revokes(
    web_app: OAuthClient, spa: OAuthClient, gateway: Gateway, browser: Browser
) -> None:
    code = web_app.get_code(browser)
    stranger = spa.request_token("authorization_code", **code)
    assert (stranger.status_code, stranger.json()["error"]) == (400, "invalid_grant")
    tokens = web_app.tokens("authorization_code", **code)
    spa.request_token("authorization_code", **code)
    spa.request_token("refresh_token", refresh_token=tokens["refresh_token"])
    assert works(gateway, tokens["access_token"])
    assert web_app.tokens("refresh_token", refresh_token=tokens["refresh_token"])


@pytest.mark.rfc("9700 §4.12")
def test_redirects_to_the_client_never_repeat_a_post(web_app: OAuthClient, browser: Browser) -> None:
    request, _ = web_app.authorization()
    page = browser.open("/oauth/authorize", **request)
    page = browser.sign_in(page)
    assert browser.submit(page, decision="allow").status_code == 303
