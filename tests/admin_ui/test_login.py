"""Signing in by OpenID Connect: code, PKCE, state and nonce, bound to the browser that began."""

import json
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from tests.admin_ui.browser import Browser


def start(browser: Browser, page: str = "/admin/users") -> str:
    """Begin an attempt; returns the address at auth-service."""
    begun = browser.open(page, follow=False)
    return browser.open(begun.headers["Location"], follow=False).headers["Location"]


def answer(browser: Browser, authorization_url: str) -> str:
    """Sign in at auth-service; returns the callback's address without opening it."""
    page = browser.open(authorization_url, follow=False)
    while True:
        if page.status == 200 and page.path == "/login":
            page = browser.submit(page, follow=False, username="admin", password="valid")
        elif urlsplit(page.headers["Location"]).path == "/admin/callback":
            return page.headers["Location"]
        else:
            page = browser.open(urljoin(page.url, page.headers["Location"]), follow=False)


def code_of(callback: str) -> str:
    """The code in the callback's address."""
    return parse_qs(urlsplit(callback).query)["code"][0]


def refusals(capsys) -> list[str]:
    """The rules that the log says refused something."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [line["rule"] for line in lines if line["event"] == "refused"]


def test_signs_in_and_returns_to_the_page_that_was_asked_for(browser):
    page = browser.sign_in(start="/admin/users?search=adm")

    assert page.status == 200
    assert page.url.endswith("/admin/users?search=adm")
    assert "Sign out" in page.text


@pytest.mark.rfc("7636 §4.3")
def test_asks_with_pkce_state_nonce_and_every_scope(browser):
    query = parse_qs(urlsplit(start(browser)).query)

    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert len(query["state"][0]) >= 43
    assert len(query["nonce"][0]) >= 43
    assert query["scope"] == ["openid profile email admin:read admin:write clients:own"]
    assert query["redirect_uri"] == [f"{browser.issuer}/admin/callback"]


@pytest.mark.rfc("6749 §10.12")
def test_a_wrong_state_is_refused(browser, capsys):
    callback = answer(browser, start(browser))

    page = browser.open(callback.replace("state=", "state=x"))

    assert page.status == 400
    assert "You are not signed in" in page.text
    assert refusals(capsys) == ["state matches no open attempt of this browser"]
    assert browser.session_cookie is None


def test_another_browsers_callback_is_refused(browser, ui):
    callback = answer(browser, start(browser))
    victim = Browser(ui, browser.issuer)

    assert victim.open(callback).status == 400
    assert victim.session_cookie is None
    victim.close()


def test_a_callback_works_once(browser):
    callback = answer(browser, start(browser))

    assert browser.open(callback).status == 200
    assert not [cookie for cookie in browser.ui._cookies.values() if "_login_" in cookie.key]
    assert browser.open(callback).status == 400
    assert browser.open("/admin/users", follow=False).status == 200  # the replay cost the session nothing


def test_a_wrong_nonce_is_refused(browser, capsys):
    url = start(browser)
    nonce = parse_qs(urlsplit(url).query)["nonce"][0]

    page = browser.open(answer(browser, url.replace(nonce, "n" * 43)))

    assert page.status == 400
    assert any("nonce" in rule for rule in refusals(capsys))
    assert browser.session_cookie is None


@pytest.mark.rfc("9207 §2.4")
@pytest.mark.parametrize("iss", ["https://evil.example", ""])
def test_an_answer_of_another_issuer_is_refused(browser, iss, capsys):
    callback = urlsplit(answer(browser, start(browser)))
    query = {name: values[0] for name, values in parse_qs(callback.query).items()} | {"iss": iss}

    assert browser.open(f"/admin/callback?{urlencode(query)}").status == 400
    assert refusals(capsys) == ["iss is not our issuer"]


def test_an_attempt_lasts_ten_minutes(browser, clock):
    callback = answer(browser, start(browser))
    clock.ahead = 601

    assert browser.open(callback).status == 400


def test_two_tabs_sign_in_independently(browser):
    first, second = start(browser, "/admin/users"), start(browser, "/admin/tokens")

    assert browser.open(answer(browser, second)).path == "/admin/tokens"
    assert browser.open(answer(browser, first)).path == "/admin/users"


def test_open_attempts_do_not_pile_up(browser):
    for _ in range(30):
        start(browser)

    assert len([cookie for cookie in browser.ui._cookies.values() if "_login_" in cookie.key]) <= 9


def test_a_refusal_by_the_person_is_said_in_words(browser):
    state = parse_qs(urlsplit(start(browser)).query)["state"][0]
    query = urlencode({"state": state, "error": "access_denied", "iss": browser.issuer})

    page = browser.open(f"/admin/callback?{query}")

    assert page.status == 400
    assert "You chose not to" in page.text


def test_a_code_that_is_not_ours_is_refused(browser):
    state = parse_qs(urlsplit(start(browser)).query)["state"][0]
    query = urlencode({"state": state, "code": "gac_" + "x" * 43, "iss": browser.issuer})

    assert browser.open(f"/admin/callback?{query}").status == 400


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example/",
        "/admin/\n//x",
        "/oauth/authorize",
        "/admin/é",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(browser, target):
    page = browser.sign_in(start=f"/admin/login?{urlencode({'next': target})}")

    assert page.url == f"{browser.issuer}/admin/"
