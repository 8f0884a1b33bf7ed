"""The admin API with somebody's token, and the clients and users that tests make through it."""

import secrets
from typing import Any

import requests

from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient

PREFIX = "/admin-api/v1"
EVERYTHING = "openid profile email notes:read notes:write"


class AdminApi:
    """The admin API as whoever holds this token sees it."""

    def __init__(self, gateway: Gateway, token: str) -> None:
        self.gateway = gateway
        self.headers = bearer(token)

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call a path below `/admin-api/v1`."""
        return self.gateway.request(method, PREFIX + path, headers=self.headers, **options)

    def read(self, path: str, **parameters: Any) -> Any:
        """What a path holds; raises AssertionError unless it is 200."""
        answer = self.call("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def register(self, **metadata: Any) -> OAuthClient:
        """Register a client: a confidential one of all grants, unless the metadata says otherwise."""
        public = metadata.get("token_endpoint_auth_method") == "none"
        defaults = {
            "client_name": f"App {secrets.token_hex(4)}",
            "redirect_uris": [REDIRECT_URI],
            "grant_types": ["authorization_code", "refresh_token"]
            + ([] if public else ["password", "client_credentials"]),
            "scope": EVERYTHING,
        }
        answer = self.call("POST", "/clients", json=defaults | metadata)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return OAuthClient(
            self.gateway, made["client_id"], made["client_secret"], made["token_endpoint_auth_method"]
        )

    def create_user(self, **fields: Any) -> dict[str, Any]:
        """Create a user of a new name; returns the answer, a generated password in it."""
        answer = self.call("POST", "/users", json={"username": f"user-{secrets.token_hex(6)}"} | fields)
        assert answer.status_code == 201, answer.text
        return answer.json()
