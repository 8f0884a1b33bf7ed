"""The tokens that are checked: got from auth-service as anybody gets them."""

import json
from typing import NamedTuple
from urllib.parse import urlencode

from tests.benchmarks.answers import FORM, JSON, ask, basic, bearer

PASSWORD_GRANT = {"grant_type": "password", "username": "ada", "password": "valid"}


class Tokens(NamedTuple):
    """Tokens of one person: two for `/api/me`, one for userinfo; and who that is."""

    opaque: str
    jwt: str
    openid: str
    sub: str


def issue(auth_service: str) -> Tokens:
    """Sign a person in at a client with opaque tokens, and at a new one that has JWTs."""
    opaque = _sign_in(auth_service, basic("demo-web"))
    introspection = ask(
        "POST", f"{auth_service}/oauth/introspect", basic("demo-api") | FORM, urlencode({"token": opaque})
    )
    return Tokens(
        opaque,
        jwt=_sign_in(auth_service, _register_jwt_client(auth_service)),
        openid=_sign_in(auth_service, basic("demo-web"), "openid profile"),
        sub=introspection["sub"],
    )


def _sign_in(auth_service: str, client: dict[str, str], scope: str = "profile") -> str:
    form = urlencode(PASSWORD_GRANT | {"scope": scope})
    answer = ask("POST", f"{auth_service}/oauth/token", client | FORM, form)
    return answer["access_token"]


def _register_jwt_client(auth_service: str) -> dict[str, str]:
    """Register a client through the admin API; returns its credentials."""
    scope = {"grant_type": "client_credentials", "scope": "admin:write"}
    administrator = ask(
        "POST", f"{auth_service}/oauth/token", basic("demo-automation") | FORM, urlencode(scope)
    )
    registration = {
        "client_name": "Has JWTs",
        "grant_types": ["password"],
        "scope": "profile",
        "access_token_format": "jwt",
    }
    headers = bearer(administrator["access_token"]) | JSON
    client = ask("POST", f"{auth_service}/admin-api/v1/clients", headers, json.dumps(registration))
    return basic(client["client_id"], client["client_secret"])
