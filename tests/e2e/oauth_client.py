"""An app: it authenticates as it is registered to, and walks through the flows."""

import base64
import hashlib
import secrets
from typing import Any

import requests

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
REDIRECT_URI = "http://127.0.0.1:4600/callback"
NO_SECRET = "it-has-none"  # what a public client sends that authenticates nevertheless


class OAuthClient:
    """A registered client at the token, revocation and introspection endpoints."""

    def __init__(
        self, gateway: Gateway, client_id: str, secret: str | None, auth_method: str = "client_secret_basic"
    ) -> None:
        self.gateway = gateway
        self.client_id = client_id
        self.auth_method = auth_method
        self.secret = gateway.used_secrets.add("client_secret", secret) if secret else None

    def post(self, endpoint: str, auth_method: str | None = None, **form: Any) -> requests.Response:
        """Send a form, authenticated by the client's own method or the one that is named."""
        method = auth_method or self.auth_method
        if method == "client_secret_basic":
            return self.gateway.post(endpoint, data=form, auth=(self.client_id, self.secret or NO_SECRET))
        form["client_id"] = self.client_id
        if method == "client_secret_post":
            form["client_secret"] = self.secret or NO_SECRET
        return self.gateway.post(endpoint, data=form)

    def request_token(self, grant_type: str, **form: Any) -> requests.Response:
        """RFC 6749 §3.2."""
        return self.post("/oauth/token", grant_type=grant_type, **form)

    def introspect(self, token: str, **form: Any) -> requests.Response:
        """RFC 7662 §2.1."""
        return self.post("/oauth/introspect", token=token, **form)

    def revoke(self, token: str, **form: Any) -> requests.Response:
        """RFC 7009 §2.1."""
        return self.post("/oauth/revoke", token=token, **form)

    def tokens(self, grant_type: str, **form: Any) -> dict[str, Any]:
        """The tokens that a token request gives; raises AssertionError when it is refused."""
        answer = self.request_token(grant_type, **form)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tokens_by_password(self, username: str, scope: str = "profile") -> dict[str, Any]:
        """RFC 6749 §4.3: the shortest way to a person's tokens."""
        return self.tokens("password", username=username, password="valid", scope=scope)

    def authorization(self, **parameters: str) -> tuple[dict[str, str], str]:
        """An authorization request with PKCE, and the verifier that belongs to it."""
        verifier, pkce = new_pkce(self.gateway)
        request = {"response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT_URI}
        return request | {"scope": "profile"} | pkce | parameters, verifier

    def get_code(self, browser: Browser, **parameters: str) -> dict[str, str]:
        """What a token request needs to redeem a fresh code that the browser's person has allowed."""
        request, verifier = self.authorization(**parameters)
        answer = browser.authorize(**request)
        assert "code" in answer.query, answer
        return {
            "code": answer.query["code"],
            "redirect_uri": request["redirect_uri"],
            "code_verifier": verifier,
        }

    def tokens_by_code(self, browser: Browser, **parameters: str) -> dict[str, Any]:
        """RFC 6749 §4.1: the whole code flow."""
        return self.tokens("authorization_code", **self.get_code(browser, **parameters))

    def start_device(self, scope: str = "openid profile") -> dict[str, Any]:
        """RFC 8628 §3.1: as a device without a browser; the two codes, and where to type the one."""
        answer = self.post("/oauth/device_authorization", scope=scope)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def poll(self, device_code: str) -> requests.Response:
        """RFC 8628 §3.4: ask whether the person has decided by now."""
        return self.request_token(DEVICE_CODE, device_code=device_code)


def new_pkce(gateway: Gateway) -> tuple[str, dict[str, str]]:
    """A verifier, and the parameters of its challenge (RFC 7636 §4)."""
    verifier = gateway.used_secrets.add("code_verifier", secrets.token_urlsafe(48))
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return verifier, {"code_challenge": challenge, "code_challenge_method": "S256"}
