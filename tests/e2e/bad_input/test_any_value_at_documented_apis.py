"""Every parameter and member in both OpenAPI documents gets every value that it does not expect: no 500."""

from collections.abc import Iterator

import pytest
import requests

from tests.e2e.admin import AdminApi
from tests.e2e.bad_input.answers import faults
from tests.e2e.bad_input.endpoints import documented_operations
from tests.e2e.bad_input.nasty_values import KINDS_OF_JSON, encode, every_value
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient

both_documents = pytest.mark.parametrize("document", ["/admin-api/v1/openapi.json", "/api/openapi.json"])


@pytest.fixture
def headers(admin: AdminApi, web_app: OAuthClient, document: str) -> dict[str, str]:
    """A token that may do everything that the document describes."""
    if "admin" in document:
        return admin.headers
    return bearer(web_app.tokens("client_credentials")["access_token"])


@every_value
@both_documents
def test_in_path_and_query(
    gateway: Gateway, headers: dict[str, str], document: str, value: str | bytes
) -> None:
    def answers() -> Iterator[tuple[str, requests.Response]]:
        for it in documented_operations(gateway, document):
            path = it.path_with(value)
            if it.in_path:
                yield f"{it.method} {it.path}", gateway.request(it.method, path, headers=headers, json={})
            for name in it.in_query:
                url = f"{path}?{encode({name: value})}"
                yield f"{it.method} {it.path}?{name}", gateway.request(it.method, url, headers=headers)

    assert faults(answers()) == []


@every_value
@both_documents
def test_in_the_body(gateway: Gateway, headers: dict[str, str], document: str, value: str | bytes) -> None:
    text = value if isinstance(value, str) else value.decode("latin-1")

    def answers() -> Iterator[tuple[str, requests.Response]]:
        for it in documented_operations(gateway, document):
            path = it.path_with("unknown")
            bodies = [{name: text} for name in it.in_body]
            bodies += [dict.fromkeys(it.in_body, given) for given in ([text], {text: text})] + [{text: text}]
            for body in bodies if it.in_body else ():
                answer = gateway.request(it.method, path, headers=headers, json=body)
                yield f"{it.method} {it.path} {', '.join(body)}", answer

    assert faults(answers()) == []


@both_documents
def test_json_of_every_kind(gateway: Gateway, headers: dict[str, str], document: str) -> None:
    def answers() -> Iterator[tuple[str, requests.Response]]:
        for it in documented_operations(gateway, document):
            for value in KINDS_OF_JSON if it.in_body else ():
                for body in (dict.fromkeys(it.in_body, value), value):
                    path = it.path_with("unknown")
                    answer = gateway.request(it.method, path, headers=headers, json=body)
                    yield f"{it.method} {it.path} {value!r:.20}", answer

    assert faults(answers()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"title": }',
        b"\xff",
        b'{"title": "\\ud800"}',
        b"[" * 30_000,
        b"nul",
        b"{}{}",
        b"'single'",
        b"NaN",
    ],
    ids=["cut off", "no value", "not UTF-8", "half a pair", "deep", "misspelt", "two", "quotes", "NaN"],
)
@pytest.mark.parametrize("path", ["/admin-api/v1/clients", "/admin-api/v1/users", "/api/notes"])
def test_broken_json_is_400(
    gateway: Gateway, admin: AdminApi, web_app: OAuthClient, path: str, body: bytes
) -> None:
    token = bearer(web_app.tokens("client_credentials")["access_token"])
    headers = (admin.headers if "admin" in path else token) | {"Content-Type": "application/json"}
    answer = gateway.post(path, data=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "media_type", ["application/x-www-form-urlencoded", "text/plain", "application/xml", ""]
)
@pytest.mark.parametrize("path", ["/admin-api/v1/clients", "/api/notes"])
def test_what_does_not_call_itself_json_is_415(
    gateway: Gateway, admin: AdminApi, web_app: OAuthClient, path: str, media_type: str
) -> None:
    token = bearer(web_app.tokens("client_credentials")["access_token"])
    headers = (admin.headers if "admin" in path else token) | {"Content-Type": media_type}
    answer = gateway.post(path, data=b'{"title": "x"}', headers=headers)
    assert answer.status_code == 415
