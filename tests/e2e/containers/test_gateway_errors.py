"""What the gateway answers itself: JSON for programs, a page for people, never nginx's own."""

import re
import socket

import pytest
import requests

from tests.e2e.compose_system import ComposeSystem

LIMIT = 64 * 1024
DOWN = [
    ("resource-api", "/api/me", "json"),
    ("auth-service", "/oauth/token", "json"),
    ("auth-service", "/admin-api/v1/clients", "json"),
    ("auth-service", "/.well-known/openid-configuration", "json"),
    ("auth-service", "/health/auth-service", "json"),
    ("auth-service", "/login", "html"),
    ("admin-ui", "/admin", "html"),
]


def check_shape(answer: requests.Response, shape: str) -> None:
    """The error is ours and shows the request's id, as JSON or as a page."""
    request_id = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    assert "nginx" not in answer.text
    if shape == "json":
        assert set(answer.json()) == {"error", "error_description", "request_id"}
        assert answer.json()["request_id"] == request_id
    else:
        assert answer.headers["Content-Type"].startswith("text/html")
        assert f"<code>{request_id}</code>" in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.fixture(scope="module")
def without(system: ComposeSystem):
    """A function that stops one service, and starts the one stopped before it."""
    stopped: list[str] = []

    def stop(service: str) -> None:
        if stopped != [service]:
            for other in stopped:
                system.start_service(other)
            system.stop_service(service)
            stopped[:] = [service]

    yield stop
    system.restore()


@pytest.mark.parametrize(("service", "path", "shape"), DOWN)
def test_a_service_that_is_down(system: ComposeSystem, without, service: str, path: str, shape: str) -> None:
    without(service)
    answer = requests.get(system.url + path, timeout=20)
    assert answer.status_code in (502, 504)  # refused at once, or its address is not answering any more
    assert int(answer.headers["Retry-After"]) > 0
    check_shape(answer, shape)
    if shape == "json":
        assert answer.json()["error"] == "temporarily_unavailable"


def test_one_service_down_leaves_the_others_up(system: ComposeSystem, without) -> None:
    without("resource-api")
    assert requests.get(f"{system.url}/oauth/jwks", timeout=10).status_code == 200
    assert requests.get(f"{system.url}/health/auth-service", timeout=10).json() == {"status": "ok"}


@pytest.mark.parametrize(("path", "shape"), [("/oauth/token", "json"), ("/login", "html")])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_64_kib_is_refused(system: ComposeSystem, path: str, shape: str, chunked: bool) -> None:
    body = b"x" * (LIMIT + 1)
    answer = requests.post(system.url + path, data=iter([body]) if chunked else body, timeout=10)
    assert answer.status_code == 413
    check_shape(answer, shape)


def test_a_body_of_64_kib_arrives(system: ComposeSystem) -> None:
    form = b"grant_type=client_credentials&padding="
    answer = requests.post(
        f"{system.url}/oauth/token",
        data=form + b"x" * (LIMIT - len(form)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=("demo-service", "demo-service-secret"),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /api/%zz HTTP/1.1", 400),
        ("GET /api/%00 HTTP/1.1", 400),
        ("nonsense", 400),
        ("GET /api/me HTTP/9.1", 505),
        (f"GET /api/{'x' * 20_000} HTTP/1.1", 414),
    ],
)
def test_a_malformed_request_is_refused_by_us(system: ComposeSystem, request_line: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", system.port), timeout=10) as connection:
        connection.sendall(f"{request_line}\r\nHost: gateway\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert "<center>nginx" not in answer
    assert re.search(r"^X-Request-ID: [0-9a-f]{32}\r$", answer, re.MULTILINE)


def test_the_page_finds_its_style_sheet(system: ComposeSystem) -> None:
    page = requests.get(f"{system.url}/{'x' * 20_000}", timeout=10)
    [href] = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    style = requests.get(system.url + href, timeout=10)
    assert style.headers["Content-Type"] == "text/css"
