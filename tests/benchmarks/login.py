"""A login by code, of somebody who has signed in and allowed it before: authorization, then the code's exchange.

No password is checked in it: argon2 is meant to be slow, and happens once a session.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from tests.benchmarks.answers import BenchmarkFailed, basic
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import REDIRECT_URI

VERIFIER = "a-verifier-that-is-as-long-as-one-has-to-be-1"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REQUEST = {
    "response_type": "code",
    "client_id": "demo-web",
    "redirect_uri": REDIRECT_URI,
    "scope": "openid profile",
    "state": "a-state",
    "nonce": "a-nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@dataclass(frozen=True)
class Login:
    """What the two requests of a login carry."""

    authorization_path: str
    cookie: str
    client: str  # the Authorization header
    exchange: str  # the form; the code is appended

    @classmethod
    def prepare(cls, issuer: str) -> Self:
        """Sign in and allow the client; raises BenchmarkFailed when that leads to no code."""
        with Gateway(issuer, None) as gateway:
            browser = Browser(gateway, "ada")
            answer = browser.authorize(**REQUEST)
        if "code" not in answer.query:
            raise BenchmarkFailed(f"no code, but {answer}")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.http.cookies)
        form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
        return cls(
            authorization_path=f"/oauth/authorize?{urlencode(REQUEST)}",
            cookie=cookies,
            client=basic("demo-web")["Authorization"],
            exchange=f"{urlencode(form)}&code=",
        )
