"""The headers that guard every page: each is opened as a person would, and in error."""

from collections.abc import Callable

import pytest
import requests

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient

Open = Callable[[Browser, OAuthClient], requests.Response]


def consent(browser: Browser, client: OAuthClient) -> requests.Response:
    return browser.sign_in(browser.open("/oauth/authorize", **client.authorization()[0]))


def sign_out_question(browser: Browser, client: OAuthClient) -> requests.Response:
    browser.sign_in()
    return browser.open("/oauth/logout", client_id=client.client_id)


def device_question(browser: Browser, client: OAuthClient) -> requests.Response:
    device = OAuthClient(client.gateway, "demo-device", None, "none")
    return browser.type_user_code(device.start_device()["user_code"])


def administration(path: str) -> Open:
    def go(browser: Browser, _: OAuthClient) -> requests.Response:
        browser.username = "admin"
        browser.sign_in()
        return browser.open(f"/admin{path}")

    return go


def refused_form(browser: Browser, _: OAuthClient) -> requests.Response:
    return browser.http.post("/login", data={"username": "x", "password": "y"})


PAGES: dict[str, tuple[int, Open]] = {
    "home": (200, lambda browser, _: browser.open("/")),
    "home, signed in": (200, lambda browser, _: browser.sign_in()),
    "sign in": (200, lambda browser, _: browser.open("/login")),
    "sign in for an app": (
        200,
        lambda browser, client: browser.open("/oauth/authorize", **client.authorization()[0]),
    ),
    "a stale form": (400, refused_form),
    "consent": (200, consent),
    "device": (200, lambda browser, _: browser.sign_in(browser.open("/device"))),
    "device, a wrong code": (400, lambda browser, _: browser.type_user_code("?")),
    "device?": (200, device_question),
    "device allowed": (200, lambda browser, _: browser.open("/device/allowed")),
    "sign out?": (200, sign_out_question),
    "signed out": (200, lambda browser, _: browser.open("/signed-out")),
    "authorization error": (400, lambda browser, _: browser.open("/oauth/authorize", client_id="nobody")),
    "expired request": (400, lambda browser, _: browser.open("/consent", request="unknown")),
    "not found": (404, lambda browser, _: browser.open("/nowhere")),
    "wrong method": (405, lambda browser, _: browser.http.delete("/login")),
    "too much": (413, lambda browser, _: browser.http.post("/login", data="x" * 70_000)),
    "administration": (200, administration("/")),
    "admin: clients": (200, administration("/clients")),
    "admin: new client": (200, administration("/clients/new")),
    "admin: a client": (200, administration("/clients/demo-web")),
    "admin: users": (200, administration("/users")),
    "admin: tokens": (200, administration("/tokens")),
    "admin: grants": (200, administration("/grants")),
    "admin: signing keys": (200, administration("/signing-keys")),
    "admin: not found": (404, administration("/nowhere")),
}


@pytest.mark.rfc("9700 §4.16")
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_guarded(browser: Browser, web_app: OAuthClient, name: str) -> None:
    status, go = PAGES[name]
    page = go(browser, web_app)
    policy = {
        part.split()[0]: part.split()[1:] for part in page.headers["Content-Security-Policy"].split(";")
    }
    assert page.status_code == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert policy["default-src"] in (["'self'"], ["'none'"])
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_needs_what_its_policy_forbids(browser: Browser, web_app: OAuthClient, name: str) -> None:
    page = PAGES[name][1](browser, web_app).text
    assert "<script>" not in page
    assert " style=" not in page
    assert "<style" not in page
    assert not [word for word in ("onclick=", "onsubmit=", "onload=", "javascript:") if word in page]
    assert 'src="http' not in page
    assert 'href="http' not in page.replace(f'href="{web_app.gateway.url}', "")


@pytest.mark.parametrize(
    "name", sorted(PAGES.keys() - {"too much"})
)  # that one is the gateway's, which knows no mode
def test_every_page_says_that_it_is_a_demo(browser: Browser, web_app: OAuthClient, name: str) -> None:
    assert "<strong>Demo.</strong>" in PAGES[name][1](browser, web_app).text


@pytest.mark.rfc("6750 §5.3")
@pytest.mark.parametrize("path", ["/api/me", "/oauth/userinfo", "/admin-api/v1/clients"])
def test_answers_to_programs_are_neither_kept_nor_sniffed(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_consent_page_says_who_asks_for_what_and_where_the_answer_goes(
    register, browser: Browser
) -> None:
    client: OAuthClient = register(client_name="<b>Evil</b> & Co")
    page = consent(browser, client).text
    assert "&lt;b&gt;Evil&lt;/b&gt; &amp; Co" in page
    assert "<b>Evil" not in page
    assert "127.0.0.1:4600" in page
    assert "See your name and username" in page
    assert browser.username in page
    assert page.count('name="decision"') == 2
