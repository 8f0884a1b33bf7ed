"""Walks a browser through the authorization endpoint, as a person and a client would."""

import base64
import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask.testing import FlaskClient

from tests.auth_service.conftest import csrf_token

VERIFIER = "gatehouse-code-verifier.0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ~abc"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


@dataclass
class Answer:
    """Where the browser was sent in the end, and with which parameters."""

    uri: str
    query: dict[str, str] = field(default_factory=dict)
    fragment: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """What came, in whichever of the three; they are never mixed."""
        ways = [way for way in (self.query, self.fragment, self.form) if way]
        assert len(ways) == 1, ways
        return ways[0]


class _Form(HTMLParser):
    """Reads the form of a page as a browser does, character references included."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = Answer("")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note where the form goes, and its fields."""
        values = dict(attributes)
        if tag == "form":
            assert values["method"] == "post"
            self.answer.uri = values["action"] or ""
        elif tag == "input":
            self.answer.form[values["name"] or ""] = values["value"] or ""


def parse_form_post(page: str) -> Answer:
    """Take the page apart that posts an answer to the client (OAuth Form Post §2)."""
    parser = _Form()
    parser.feed(page)
    return parser.answer


def parse_answer(location: str) -> Answer:
    """Take a redirect to the client apart."""
    parts = urlsplit(location)
    uri = parts._replace(query="", fragment="").geturl()
    return Answer(uri, dict(parse_qsl(parts.query)), dict(parse_qsl(parts.fragment)))


def authorize(browser: FlaskClient, username: str, decision: str = "allow", **parameters: Any) -> Answer:
    """Send an authorization request, sign in and decide where asked; returns what the client gets."""
    response = browser.get(f"/oauth/authorize?{urlencode(parameters)}")
    for _ in range(6):
        if response.status_code == 200:
            return parse_form_post(response.get_data(as_text=True))
        assert response.status_code in (302, 303), response.get_data(as_text=True)
        location = response.headers["Location"]
        if not location.startswith("/"):
            return parse_answer(location)
        page = browser.get(location)
        if location.startswith("/login"):
            form = {"csrf_token": csrf_token(page.text), "username": username, "password": "valid"}
            response = browser.post(location, data=form)
        elif location.startswith("/consent"):
            response = browser.post(
                location, data={"csrf_token": csrf_token(page.text), "decision": decision}
            )
        else:
            response = page
    raise AssertionError(f"no answer after six steps, last at {location}")


def get_code(browser: FlaskClient, username: str, client_id: str, **parameters: Any) -> str:
    """A fresh authorization code for the client."""
    request = {"response_type": "code", "client_id": client_id, "scope": "profile"} | parameters
    return authorize(browser, username, **request).query["code"]


def redeem(browser: FlaskClient, client_id: str, code: str, **parameters: Any) -> Any:
    """Exchange a code at the token endpoint with the client's secret."""
    form = {"grant_type": "authorization_code", "code": code} | parameters
    return browser.post("/oauth/token", data=form, auth=(client_id, f"{client_id}-secret"))
