"""The pages' addresses and forms, headers, paths and methods: no 500 for any value."""

from collections.abc import Iterator

import pytest
import requests

from tests.e2e.bad_input.answers import faults
from tests.e2e.bad_input.endpoints import protocol_endpoints
from tests.e2e.bad_input.nasty_values import FORM, encode, every_value, percent_encode
from tests.e2e.browser import Browser, session_cookie_name
from tests.e2e.gateway import Gateway
from tests.e2e.html_forms import form_with
from tests.e2e.oauth_client import OAuthClient

IN_QUERIES = {
    "/login": ("request", "next"),
    "/consent": ("request",),
    "/oauth/authorize/continue": ("request",),
    "/device": ("user_code",),
    "/admin/login": ("next",),
    "/admin/callback": ("code", "state", "iss", "error"),
    "/admin/clients": ("search", "after"),
    "/admin/users": ("search", "after"),
    "/admin/tokens": ("client_id", "sub", "kind", "after"),
    "/admin/grants": ("client_id", "sub", "after"),
}
IN_FORMS = {
    "/admin/clients/new/web": (
        *(
            "client_name",
            "redirect_uris",
            "scope",
            "client_uri",
            "access_token_format",
            "post_logout_redirect_uris",
        ),
    ),
    "/admin/users/new": ("username", "name", "email", "administrator"),
}
PATHS = ("/", "/api/me", "/oauth/userinfo", "/oauth/token", "/admin-api/v1/clients", "/admin/")
HEADERS = ("Authorization", "Cookie", "Content-Type", "Accept", "Origin", "X-Request-ID")


@pytest.fixture
def administrator(new_browser) -> Browser:
    """The browser of an administrator who has signed in to the administration."""
    browser: Browser = new_browser("admin")
    browser.sign_in(browser.open("/admin/"))
    return browser


@every_value
def test_in_addresses(administrator: Browser, value: str | bytes) -> None:
    def answers() -> Iterator[tuple[str, requests.Response]]:
        for path, names in IN_QUERIES.items():
            for name in names:
                yield f"{path}?{name}", administrator.http.get(f"{path}?{encode({name: value})}")

    assert faults(answers()) == []


@every_value
def test_in_forms(administrator: Browser, value: str | bytes) -> None:
    def answers() -> Iterator[tuple[str, requests.Response]]:
        for path, names in IN_FORMS.items():
            form = form_with(administrator.open(path).text, ["csrf_token", names[0]])
            for name in names:
                body = encode(form.fields | {name: value})
                yield f"{path} {name}", administrator.http.post(path, data=body, headers=FORM)

    assert faults(answers()) == []


@every_value
def test_in_the_form_that_signs_out(browser: Browser, value: str | bytes) -> None:
    def answers() -> Iterator[tuple[str, requests.Response]]:
        for name in ("id_token_hint", "client_id", "post_logout_redirect_uri", "state"):
            token = form_with(browser.open("/login").text, ["csrf_token"]).fields["csrf_token"]
            body = encode({"csrf_token": token, name: value})
            yield name, browser.http.post("/logout", data=body, headers=FORM)

    assert faults(answers()) == []


@every_value
def test_as_a_name_to_sign_in_with(browser: Browser, value: str | bytes) -> None:
    form = form_with(browser.open("/login").text, ["username"])
    body = encode(form.fields | {"username": value, "password": "valid"})
    assert faults([("username", browser.http.post("/login", data=body, headers=FORM))]) == []


@every_value
def test_as_a_decision(web_app: OAuthClient, browser: Browser, value: str | bytes) -> None:
    consent = browser.sign_in(browser.open("/oauth/authorize", **web_app.authorization()[0]))
    form = form_with(consent.text, ["decision"])
    body = encode(form.fields | {"decision": value})
    answer = browser.http.post(consent.url, data=body, headers=FORM)
    assert answer.status_code == 400
    assert browser.submit(consent, decision="allow").is_redirect  # nothing is lost


@every_value
def test_for_a_device(device: OAuthClient, browser: Browser, value: str | bytes) -> None:
    question = browser.type_user_code(device.start_device()["user_code"])
    form = form_with(question.text, ["decision"])
    tried = [("/device", "user_code"), ("/device/decision", "user_code"), ("/device/decision", "decision")]

    def answers() -> Iterator[tuple[str, requests.Response]]:
        for path, name in [*tried, ("/device/not-me", "user_code")]:  # which signs out
            body = encode(form.fields | {"decision": "allow", name: value})
            yield f"{path} {name}", browser.http.post(path, data=body, headers=FORM)

    assert faults(answers()) == []


@every_value
def test_in_paths_and_headers(gateway: Gateway, value: str | bytes) -> None:
    raw = value.encode("utf-8", "replace") if isinstance(value, str) else value
    header = bytes(byte for byte in raw if byte not in b"\r\n\x00").strip()
    cookie = f"{session_cookie_name(gateway.url)}=".encode()
    prefixes = {"Authorization": b"Bearer ", "Cookie": cookie}

    def answers() -> Iterator[tuple[str, requests.Response]]:
        for path in PATHS:
            yield f"below {path}", gateway.get(f"{path.rstrip('/')}/{percent_encode(value)}")
            for name in HEADERS:
                prefix = prefixes.get(name, b"")
                yield f"{path} {name}", gateway.get(path, headers={name: prefix + header})

    assert faults(answers()) == []


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X"])
def test_methods_that_nobody_expects(gateway: Gateway, method: str) -> None:
    urls = [*protocol_endpoints(gateway).values(), *IN_QUERIES, "/", "/api/me", "/api/notes"]
    assert faults((f"{method} {url}", gateway.request(method, url)) for url in urls) == []
