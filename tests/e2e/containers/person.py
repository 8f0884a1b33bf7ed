"""A person with a browser, walking through sign-in and consent, and the client that gets the code."""

import base64
import hashlib
import re
import secrets
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

REDIRECT_URI = "http://127.0.0.1:4600/callback"


class Person:
    """Uses `demo-spa` in one browser session."""

    def __init__(self, url: str, username: str) -> None:
        self._url = url
        self._username = username
        self._browser = requests.Session()
        self._verifier = secrets.token_urlsafe(48)
        self._page: requests.Response
        self._code = ""

    def ask_for_code(self, scope: str) -> None:
        """Follow the client's authorization request to the page for signing in."""
        digest = hashlib.sha256(self._verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": "demo-spa",
            "redirect_uri": REDIRECT_URI,
            "scope": scope,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        self._page = self._browser.get(f"{self._url}/oauth/authorize", params=parameters, timeout=10)

    def sign_in(self) -> None:
        """Fill in the form and follow to the question of consent."""
        self._page = self._post({"username": self._username, "password": "valid"})
        while self._page.is_redirect:
            target = urljoin(self._page.url, self._page.headers["Location"])
            self._page = self._browser.get(target, timeout=10, allow_redirects=False)

    def consent(self) -> None:
        """Allow, and take the code from the redirect to the client."""
        answer = self._post({"decision": "allow"})
        while answer.is_redirect and answer.headers["Location"].startswith("/"):
            target = urljoin(self._url, answer.headers["Location"])
            answer = self._browser.get(target, timeout=10, allow_redirects=False)
        self._code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def redeem_code(self) -> dict[str, str]:
        """What the client gets for the code."""
        form = {
            "grant_type": "authorization_code",
            "client_id": "demo-spa",
            "redirect_uri": REDIRECT_URI,
            "code": self._code,
            "code_verifier": self._verifier,
        }
        answer = requests.post(f"{self._url}/oauth/token", data=form, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _post(self, fields: dict[str, str]) -> requests.Response:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self._page.text)
        assert token, self._page.text
        form = {"csrf_token": token[1]} | fields
        return self._browser.post(self._page.url, data=form, timeout=10, allow_redirects=False)
