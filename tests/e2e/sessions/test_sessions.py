"""The browser's session: its cookie, its end, tabs that do not disturb each other."""

import re
from urllib.parse import urlsplit

import pytest

from tests.e2e.browser import Browser, parse_answer
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient


def test_the_session_id_changes_at_sign_in_and_the_old_one_is_worth_nothing(
    browser: Browser, new_browser
) -> None:
    page = browser.open("/login")
    before = browser.session_cookie()
    browser.sign_in(page)
    after = browser.session_cookie()
    assert before
    assert after
    assert before != after
    attacker: Browser = new_browser()
    attacker.steal(before)
    assert urlsplit(attacker.open("/login").url).path == "/login"


def test_after_signing_out_the_old_cookie_opens_nothing(browser: Browser, new_browser) -> None:
    page = browser.sign_in()
    cookie = browser.session_cookie()
    thief: Browser = new_browser()
    thief.steal(cookie)
    assert browser.username in thief.open("/").text
    browser.submit(page, "/logout")
    assert browser.username not in thief.open("/").text


@pytest.mark.parametrize("path", ["/login", "/admin/login"])
def test_cookies_are_for_us_alone(browser: Browser, path: str) -> None:
    [header] = [value for name, value in browser.http.get(path).headers.items() if name == "Set-Cookie"]
    attributes = {part.strip().partition("=")[0].lower() for part in header.split(";")[1:]}
    assert "httponly" in attributes
    assert re.search(r"samesite=lax", header, re.IGNORECASE)
    assert "domain" not in attributes
    assert "secure" not in attributes  # the demo is plain http on loopback, where it would never come back


def test_two_tabs_with_two_apps_do_not_disturb_each_other(
    web_app: OAuthClient, spa: OAuthClient, browser: Browser
) -> None:
    first, first_verifier = web_app.authorization(state="first", scope="profile")
    second, second_verifier = spa.authorization(state="second", scope="notes:read")
    first_tab = browser.open("/oauth/authorize", **first)
    second_tab = browser.open("/oauth/authorize", **second)
    second_tab = browser.sign_in(second_tab)
    first_tab = browser.open(urlsplit(first_tab.url).path + "?" + urlsplit(first_tab.url).query)
    first_tab = browser.sign_in(first_tab)
    for client, tab, state, verifier, scope in (
        (web_app, first_tab, "first", first_verifier, "profile"),
        (spa, second_tab, "second", second_verifier, "notes:read"),
    ):
        page = browser.open(tab.url.removeprefix(client.gateway.url))
        answer = parse_answer(browser.submit(page, decision="allow").headers["Location"])
        assert answer.query["state"] == state
        tokens = client.tokens(
            "authorization_code",
            code=answer.query["code"],
            code_verifier=verifier,
            redirect_uri=answer.uri,
        )
        assert tokens["scope"] == scope


def test_a_decision_counts_once(web_app: OAuthClient, browser: Browser) -> None:
    request, _ = web_app.authorization()
    consent = browser.sign_in(browser.open("/oauth/authorize", **request))
    assert "code" in parse_answer(browser.submit(consent, decision="allow").headers["Location"]).query
    again = browser.submit(consent, decision="allow")
    assert again.status_code == 400
    assert "Location" not in again.headers


def test_not_you_signs_in_as_somebody_else_for_the_same_app(
    web_app: OAuthClient, browser: Browser, gateway: Gateway
) -> None:
    request, verifier = web_app.authorization(scope="profile", state="s")
    consent = browser.sign_in(browser.open("/oauth/authorize", **request))
    [action] = re.findall(r'action="(/consent/not-me[^"]*)"', consent.text)
    login = browser.submit(consent, action)
    browser.username += "-other"
    consent = browser.sign_in(login)
    answer = parse_answer(browser.submit(consent, decision="allow").headers["Location"])
    tokens = web_app.tokens(
        "authorization_code", code=answer.query["code"], code_verifier=verifier, redirect_uri=answer.uri
    )
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert gateway.get("/api/me", headers=headers).json()["username"] == browser.username


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5Cevil.example",
    "/%2F/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "http://127.0.0.1@evil.example/",
]


@pytest.mark.rfc("9700 §4.11")
@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_to_our_own_pages_only(browser: Browser, gateway: Gateway, target: str) -> None:
    page = browser.http.get("/login", params={"next": target})
    answer = browser.send_form(page, username=browser.username, password="valid")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    signed_in = browser.http.get("/login", params={"next": target})
    assert signed_in.headers["Location"] == "/"


@pytest.mark.rfc("9700 §4.11")
@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_administration_leads_to_its_own_pages_only(
    browser: Browser, gateway: Gateway, target: str
) -> None:
    browser.sign_in()
    page = browser.open("/admin/login", next=target)
    assert page.url.startswith(f"{gateway.url}/admin/")


def test_our_own_pages_are_gone_to(browser: Browser, gateway: Gateway) -> None:
    page = browser.http.get("/login", params={"next": "/admin/clients?search=x"})
    answer = browser.send_form(page, username=browser.username, password="valid")
    assert answer.headers["Location"] == "/admin/clients?search=x"
