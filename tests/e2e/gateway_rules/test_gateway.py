"""What the gateway promises of every request, whatever is behind it."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.e2e.gateway import Gateway, System, logs_with

PATHS = {
    "/": 200,
    "/login": 200,
    "/oauth/jwks": 200,
    "/oauth/userinfo": 401,
    "/.well-known/openid-configuration": 200,
    "/admin-api/v1/clients": 401,
    "/api/me": 401,
    "/api/nothing": 404,
    "/admin/": 302,
    "/health/auth-service": 200,
    "/health/resource-api": 200,
    "/health/admin-ui": 200,
    "/nothing": 404,
    "/oauth/nothing": 404,
    "/admin-api/v1/nothing": 404,
}
JSON_PREFIXES = ("/api", "/oauth", "/admin-api", "/.well-known", "/health")
SPOOFED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "443",
    "Forwarded": "for=203.0.113.7;host=evil.example;proto=https",
    "X-User": "admin",
    "X-SSL-Client-Verify": "SUCCESS",
    "X-SSL-Client-S-DN": "CN=admin",
    "X-SSL-Client-Cert": "evil",
    "X-Original-URL": "/admin-api/v1/clients",
    "X-Rewrite-URL": "/admin-api/v1/clients",
}


def is_request_id(value: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", value) is not None


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_an_id_that_is_the_gateways_own(gateway: Gateway, path: str) -> None:
    first, second = (gateway.get(path, headers={"X-Request-ID": "f" * 32}) for _ in range(2))
    assert first.status_code == PATHS[path]
    assert is_request_id(first.headers["X-Request-ID"])
    assert len({first.headers["X-Request-ID"], second.headers["X-Request-ID"], "f" * 32}) == 3


@pytest.mark.parametrize("path", [path for path, status in PATHS.items() if status >= 400])
def test_every_error_shows_its_id_to_programs_as_json_and_to_people_as_a_page(
    gateway: Gateway, path: str
) -> None:
    answer = gateway.get(path)
    if path.startswith(JSON_PREFIXES):
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.json()["error"]
        shown = answer.json()["request_id"]
    else:
        assert answer.headers["Content-Type"].startswith("text/html")
        [shown] = re.findall(r"\b[0-9a-f]{32}\b", answer.text)
    assert shown == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("path", PATHS)
def test_what_a_client_says_of_itself_changes_nothing(gateway: Gateway, path: str) -> None:
    plain, spoofed = gateway.get(path), gateway.get(path, headers=SPOOFED)
    assert spoofed.status_code == plain.status_code
    assert "evil.example" not in spoofed.text + str(spoofed.headers)
    assert "https://127" not in spoofed.text + spoofed.headers.get("Location", "")


@pytest.mark.parametrize("path", ["/", "/admin/", "/.well-known/openid-configuration", "/api/openapi.json"])
def test_addresses_are_the_issuers_whatever_the_host_header(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text + str(answer.headers)


LIMIT = 64 * 1024


@pytest.mark.parametrize(
    "path",
    ["/oauth/token", "/oauth/introspect", "/login", "/admin-api/v1/clients", "/api/notes", "/admin/theme"],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_64_kib_is_413(gateway: Gateway, path: str, chunked: bool) -> None:
    body = b"x" * (LIMIT + 1)
    with requests.Session() as session:  # of its own: the connection ends here
        answer = session.post(gateway.url + path, data=iter([body]) if chunked else body, timeout=10)
    assert answer.status_code == 413
    assert is_request_id(answer.headers["X-Request-ID"])
    is_json = answer.headers["Content-Type"].startswith("application/json")
    assert is_json == path.startswith(JSON_PREFIXES)


def test_a_body_of_64_kib_arrives(gateway: Gateway) -> None:
    form = b"grant_type=client_credentials&padding="
    answer = gateway.post(
        "/oauth/token",
        data=form + b"x" * (LIMIT - len(form)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=("demo-service", "demo-service-secret"),
    )
    assert answer.status_code == 200, answer.text


def test_one_request_has_one_id_in_every_log(gateway: Gateway, system: System) -> None:
    request_id = gateway.get("/api/me").headers["X-Request-ID"]
    logs = logs_with(system, request_id, 2)
    assert {name.removesuffix("-1") for name in logs} == {"gateway", "resource-api"}
    for text in logs.values():
        assert [line for line in text.splitlines() if request_id in line and '"/api/me"' in line]


def test_many_requests_at_once_have_ids_of_their_own(gateway: Gateway) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(gateway.get, ["/api/me"] * 60))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 60
    assert all(answer.json()["request_id"] == answer.headers["X-Request-ID"] for answer in answers)
