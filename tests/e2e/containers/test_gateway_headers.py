"""What a client sends and a service sees: headers that only a gateway may set are the gateway's."""

import json
import re
import time
from collections.abc import Iterator

import pytest
import requests

from tests.e2e.compose_system import ComposeSystem, container_log

ECHO = """
import http.server, json
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("X-Request-ID", "the service's own")
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8000), Echo).serve_forever()
"""
SPOOFED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.7;host=evil.example;proto=https",
    "X-Real-IP": "203.0.113.7",
    "X-User": "admin",
    "X_User": "admin",
    "X-SSL-Client-Cert": "evil",
    "X-SSL-Client-Verify": "SUCCESS",
    "X-SSL-Client-S-DN": "CN=admin",
    "X-Request-ID": "f" * 32,
}


@pytest.fixture
def echo(disturbed: ComposeSystem) -> Iterator[ComposeSystem]:
    """The system with a service in resource-api's place that answers with the headers it got."""
    name = f"{disturbed.name}-echo"
    disturbed.stop_service("resource-api")
    options = ("--detach", "--no-deps", "--use-aliases", "--name", name)
    disturbed.compose("run", *options, "resource-api", "python3", "-c", ECHO)
    deadline = time.monotonic() + 20
    while requests.get(f"{disturbed.url}/api/", timeout=10).status_code != 200:
        assert time.monotonic() < deadline, container_log(name)
        time.sleep(0.1)
    yield disturbed
    disturbed.remove(name)


def test_spoofed_headers_do_not_reach_a_service(echo: ComposeSystem) -> None:
    answer = requests.get(f"{echo.url}/api/anything", headers=SPOOFED, timeout=10)
    seen = answer.json()
    assert not {"x-user", "x_user", "forwarded", "x-real-ip", "x-forwarded-prefix"} & set(seen)
    assert not [name for name in seen if name.startswith("x-ssl-client-")]
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", seen["x-forwarded-for"])
    assert seen["x-forwarded-for"] != "203.0.113.7"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == f"127.0.0.1:{echo.port}"
    assert seen["x-forwarded-port"] == str(echo.port)


def test_the_request_id_is_the_gateways_in_request_and_answer(echo: ComposeSystem) -> None:
    answer = requests.get(f"{echo.url}/api/anything", headers=SPOOFED, timeout=10)
    request_id = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    assert request_id != SPOOFED["X-Request-ID"]
    assert answer.json()["x-request-id"] == request_id


def test_one_request_has_one_id_in_every_log(system: ComposeSystem) -> None:
    request_id = requests.get(f"{system.url}/api/me", timeout=10).headers["X-Request-ID"]
    logs = system.logs()
    for container in ("gateway-1", "resource-api-1"):
        lines = [json.loads(line) for line in logs[container].splitlines() if request_id in line]
        assert any(line["event"] == "request" and line["path"] == "/api/me" for line in lines), container


@pytest.mark.parametrize("service", ["auth-service", None])
def test_no_query_token_or_cookie_is_logged(disturbed: ComposeSystem, service: str | None) -> None:
    if service:
        disturbed.stop_service(service)  # nginx's own error log quotes whole requests where it may
    requests.get(
        f"{disturbed.url}/oauth/authorize?code=QuerySecret",
        headers={
            "Authorization": "Bearer HeaderSecret",
            "Cookie": "session=CookieSecret",
            "Referer": "http://127.0.0.1/?code=RefererSecret",
        },
        timeout=20,
    )
    written = disturbed.logs()["gateway-1"]
    assert '"path":"/oauth/authorize"' in written
    for secret in ("QuerySecret", "HeaderSecret", "CookieSecret", "RefererSecret"):
        assert secret not in written


def test_style_sheets_are_compressed_and_pages_never(system: ComposeSystem) -> None:
    page = requests.get(f"{system.url}/", timeout=10)
    [href] = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    style = requests.get(system.url + href, timeout=10)
    assert style.headers.get("Content-Encoding") == "gzip"
    assert "Content-Encoding" not in page.headers
