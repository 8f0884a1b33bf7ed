"""A person with a browser: cookies, redirects inside the gateway, forms with their CSRF tokens."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from tests.e2e.gateway import Gateway
from tests.e2e.html_forms import form_with

PASSWORD = "valid"  # everybody's in the demo


@dataclass
class Answer:
    """Where the browser was sent in the end, and with which parameters: what the client gets."""

    uri: str
    query: dict[str, str] = field(default_factory=dict)
    fragment: dict[str, str] = field(default_factory=dict)


class Browser:
    """One browser, used by a person of that name; without one by somebody who was never here before."""

    def __init__(self, gateway: Gateway, username: str | None = None) -> None:
        self.username = username or f"person-{secrets.token_hex(6)}"
        self.http = gateway.browser_session()
        self._url = gateway.url

    def open(self, path: str, **parameters: Any) -> requests.Response:
        """Go to a page, over redirects as long as they stay at the gateway."""
        return self.follow(self.http.get(path, params=parameters))

    def follow(self, response: requests.Response) -> requests.Response:
        """Follow redirects inside the gateway; returns the page, or the redirect that leads elsewhere."""
        for _ in range(10):
            if not response.is_redirect:
                return response
            target = urljoin(response.url, response.headers["Location"])
            if not target.startswith(self._url + "/"):
                return response
            response = self.http.get(target)
        raise AssertionError(f"redirected in circles, last to {response.headers['Location']}")

    def submit(self, page: requests.Response, action: str | None = None, **fields: str) -> requests.Response:
        """Fill in the page's form that has these fields, or this action, and send it; returns as `follow`."""
        return self.follow(self.send_form(page, action, **fields))

    def send_form(
        self, page: requests.Response, action: str | None = None, **fields: str
    ) -> requests.Response:
        """Send the form and stay there; hidden fields, the CSRF token among them, are as they were."""
        form = form_with(page.text, fields, action)
        target = urljoin(page.url, form.action or page.url)
        return self.http.post(target, data=form.fields | fields, headers={"Origin": self._url})

    def sign_in(self, page: requests.Response | None = None) -> requests.Response:
        """Sign in on the page that asks for it, the sign-in page by default; returns where that leads."""
        page = page or self.open("/login")
        return self.submit(page, username=self.username, password=PASSWORD)

    def authorize(self, decision: str = "allow", **parameters: Any) -> Answer:
        """Send an authorization request; sign in and decide where asked. Returns what the client gets."""
        return parse_answer(self.visit_for_client("/oauth/authorize", decision, **parameters))

    def visit_for_client(self, path: str, decision: str = "allow", **parameters: Any) -> str:
        """Go where a client sends the browser; sign in and decide where asked. Returns the address back at it."""
        page = self.open(path, **parameters)
        for _ in range(4):
            if page.is_redirect:
                return page.headers["Location"]
            assert page.status_code == 200, page.text
            path = urlsplit(page.url).path
            page = self.sign_in(page) if path == "/login" else self.submit(page, decision=decision)
        raise AssertionError(f"no answer to the client, last at {page.url}")

    def decide_for_device(self, user_code: str, decision: str = "allow") -> requests.Response:
        """Type the code that a device shows, signing in where asked, and decide; returns the page that ends it."""
        return self.submit(self.type_user_code(user_code), decision=decision)

    def type_user_code(self, user_code: str) -> requests.Response:
        """Type the code that a device shows, signing in where asked; returns the question, or what was wrong."""
        page = self.open("/device")
        if urlsplit(page.url).path == "/login":
            page = self.sign_in(page)
        return self.submit(page, "/device", user_code=user_code)

    def session_cookie(self) -> str | None:
        """The value of the authorization server's cookie, or None."""
        return self.http.cookies.get(session_cookie_name(self._url))

    def steal(self, cookie: str | None) -> None:
        """Send this value as the authorization server's cookie from now on."""
        self.http.cookies.set(session_cookie_name(self._url), cookie)


def session_cookie_name(url: str) -> str:
    """The name of the authorization server's cookie at this origin."""
    port = urlsplit(url).port
    return f"gatehouse_session_{port}" if port else "gatehouse_session"


def parse_answer(location: str) -> Answer:
    """Take a redirect to a client apart."""
    parts = urlsplit(location)
    uri = parts._replace(query="", fragment="").geturl()
    return Answer(uri, dict(parse_qsl(parts.query)), dict(parse_qsl(parts.fragment)))
