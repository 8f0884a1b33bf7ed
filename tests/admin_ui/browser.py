"""A browser without a screen: it keeps cookies, follows redirects between the two services, fills in forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests
from flask import Flask
from flask.testing import FlaskClient


@dataclass
class Form:
    """A form of a page with what its fields hold."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None
        self._select = ""

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif self.forms and tag == "input" and "name" in given:
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.forms[-1].fields.setdefault(given["name"], []).append(given.get("value", ""))
        elif self.forms and tag == "textarea":
            self._area = given["name"]
            self.forms[-1].fields[self._area] = [""]
        elif self.forms and tag == "select":
            self._select = given["name"]
        elif (
            self.forms
            and tag == "option"
            and ("selected" in given or self._select not in self.forms[-1].fields)
        ):
            self.forms[-1].fields[self._select] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] = [self.forms[-1].fields[self._area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None


@dataclass
class Page:
    """An answer: where it came from and what it holds."""

    url: str
    status: int
    text: str
    headers: dict[str, str]
    visited: list[str]

    @property
    def path(self) -> str:
        """The address without its origin and query."""
        return urlsplit(self.url).path

    def form(self, action: str = "") -> Form:
        """The form with this action; the page's own without one."""
        reader = _FormReader()
        reader.feed(self.text)
        return next(found for found in reader.forms if found.action == action)


class Browser:
    """Requests to /admin go to the admin UI's test client, all others to auth-service over HTTP."""

    def __init__(self, ui: Flask, issuer: str) -> None:
        self.issuer = issuer
        self.ui: FlaskClient = ui.test_client()
        self.http = requests.Session()

    def open(self, url: str, follow: bool = True, method: str = "GET", **request) -> Page:
        """Load the page, through redirects unless told not to."""
        visited: list[str] = []
        while True:
            url = urljoin(self.issuer, url)
            visited.append(url)
            page = self._send(method, url, visited, **request)
            if page.status not in (301, 302, 303) or not follow:
                return page
            url, method, request = urljoin(url, page.headers["Location"]), "GET", {}

    def submit(self, page: Page, action: str = "", follow: bool = True, **changes) -> Page:
        """Send the page's form with these fields changed."""
        form = page.form(action)
        data = {**form.fields, **changes}
        return self.open(form.action or page.url, follow=follow, method="POST", data=data)

    def sign_in(self, username: str = "admin", start: str = "/admin/") -> Page:
        """Sign in at auth-service and come back."""
        page = self.open(start)
        assert page.path == "/login", page.url
        return self.submit(page, username=username, password="valid")

    @property
    def session_cookie(self):
        """The admin UI's session cookie, None without a session."""
        return next((c for c in self.ui._cookies.values() if c.key.endswith("_session")), None)

    def put_session(self, value: str) -> None:
        """Replace the session cookie's value, as somebody with the browser's files could."""
        self.ui.set_cookie(
            self.session_cookie.key, value, path="/admin", domain=urlsplit(self.issuer).hostname
        )

    def _send(self, method: str, url: str, visited: list[str], **request) -> Page:
        parts = urlsplit(url)
        if parts.path == "/admin" or parts.path.startswith("/admin/"):
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            answer = self.ui.open(target, base_url=self.issuer, method=method, **request)
            page = Page(url, answer.status_code, answer.text, dict(answer.headers), visited)
            answer.close()
            return page
        got = self.http.request(method, url, allow_redirects=False, timeout=10, **request)
        return Page(url, got.status_code, got.text, dict(got.headers), visited)

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()
