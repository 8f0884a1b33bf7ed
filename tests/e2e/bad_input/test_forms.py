"""Forms that did not come from our own pages are refused, and do nothing."""

from urllib.parse import urlsplit

import pytest
import requests

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.html_forms import form_with
from tests.e2e.oauth_client import OAuthClient

FORGED = ["", "forged", "IjEyMyI.aaaa.bbbb", "\x00", "ä" * 20]


def post(browser: Browser, page: requests.Response, token: str | None, **fields: str) -> requests.Response:
    """Send the page's form with this CSRF token, None for none at all."""
    form = form_with(page.text, fields)
    body = form.fields | fields | {"csrf_token": token}
    return browser.http.post(page.url, data=body)


def is_signed_in(browser: Browser) -> bool:
    return urlsplit(browser.open("/login").url).path != "/login"


@pytest.mark.parametrize("token", [None, *FORGED])
def test_nobody_is_signed_in(browser: Browser, token: str | None) -> None:
    page = browser.open("/login")
    answer = post(browser, page, token, username=browser.username, password="valid")
    assert answer.status_code == 400
    assert browser.username in answer.text  # what was typed is kept
    assert not is_signed_in(browser)


@pytest.mark.parametrize("token", [None, *FORGED])
def test_nothing_is_allowed(web_app: OAuthClient, browser: Browser, token: str | None) -> None:
    page = browser.sign_in(browser.open("/oauth/authorize", **web_app.authorization()[0]))
    answer = post(browser, page, token, decision="allow")
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert browser.submit(page, decision="allow").is_redirect  # the request still waits


@pytest.mark.parametrize("token", [None, *FORGED])
def test_no_device_is_connected(device: OAuthClient, browser: Browser, token: str | None) -> None:
    codes = device.start_device()
    question = browser.type_user_code(codes["user_code"])
    fields = {"user_code": codes["user_code"], "decision": "allow", "csrf_token": token}
    assert browser.http.post("/device/decision", data=fields).status_code == 400
    assert device.poll(codes["device_code"]).json()["error"] == "authorization_pending"
    browser.submit(question, decision="allow")  # it still waits
    assert device.poll(codes["device_code"]).status_code == 200


@pytest.mark.parametrize("name", ["user_code", "decision", "csrf_token"])
@pytest.mark.parametrize("path", ["/device", "/device/decision"])
def test_a_field_that_is_there_twice_allows_nothing_new(
    device: OAuthClient, browser: Browser, path: str, name: str
) -> None:
    shown, other = device.start_device(), device.start_device()
    form = form_with(browser.type_user_code(shown["user_code"]).text, ["decision"])
    second = {"user_code": other["user_code"], "decision": "allow", "csrf_token": "forged"}
    fields = form.fields | {"decision": "deny"}
    body = fields | {name: [fields[name], second[name]]}
    assert browser.http.post(path, data=body).status_code < 500
    for codes in (shown, other):
        assert device.poll(codes["device_code"]).json()["error"] in ("authorization_pending", "access_denied")


@pytest.mark.parametrize("token", [None, *FORGED])
def test_nobody_is_signed_out(browser: Browser, token: str | None) -> None:
    browser.sign_in()
    assert browser.http.post("/logout", data={"csrf_token": token}).status_code == 400
    assert is_signed_in(browser)


@pytest.mark.parametrize("token", [None, *FORGED])
@pytest.mark.parametrize("path", ["/admin/logout", "/admin/clients/new/web", "/admin/signing-keys/rotate"])
def test_nothing_is_administered(new_browser, token: str | None, path: str) -> None:
    browser: Browser = new_browser("admin")
    browser.sign_in(browser.open("/admin/"))
    answer = browser.http.post(path, data={"csrf_token": token})
    assert answer.status_code == 400
    assert urlsplit(browser.open("/admin/").url).path == "/admin/"


def test_a_token_of_another_session_is_refused(browser: Browser, new_browser) -> None:
    attacker: Browser = new_browser()
    stolen = form_with(attacker.open("/login").text, ["username"]).fields["csrf_token"]
    page = browser.open("/login")
    assert post(browser, page, stolen, username="victim", password="valid").status_code == 400
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/page"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_form_on_another_sites_page_is_refused_even_with_a_token(
    browser: Browser, headers: dict[str, str]
) -> None:
    form = form_with(browser.open("/login").text, ["username"])
    body = form.fields | {"username": browser.username, "password": "valid"}
    answer = browser.http.post("/login", data=body, headers=headers)
    assert answer.status_code == 403
    assert not is_signed_in(browser)


def test_another_site_cannot_sign_out_by_a_link(browser: Browser, gateway: Gateway) -> None:
    browser.sign_in()
    assert browser.http.get("/logout").status_code == 405
    assert browser.http.get("/admin/logout").status_code == 405
    assert is_signed_in(browser)
