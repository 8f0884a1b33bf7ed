"""What the gateway refuses by itself, in its own words: programs get JSON, people a page."""

import re
import secrets
import socket
from urllib.parse import urlsplit

import pytest

from tests.e2e.gateway import Gateway, System, logs_with

REFUSALS = [
    ("TRACE {} HTTP/1.1", 405, "This method does not work here."),
    (f"GET {{}}?{'x' * 20_000} HTTP/1.1", 414, "The address is too long."),
    ("GET {} HTTP/9.1", 505, "The request is malformed."),
]


# Refused by one gateway or the other before any service sees it; a program is told so as a program.
MALFORMED = {
    "an address beyond ASCII": "GET {}?state=\xe9 HTTP/1.1\r\nHost: gateway\r\n",
    "a method that is none": "AB {} HTTP/1.1\r\nHost: gateway\r\n",
    "a header cut in two": "GET {} HTTP/1.1\r\nHost: gateway\r\nX-Cut: a\x00b\r\n",
    "two lengths": "POST {} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n",
    "no host": "GET {} HTTP/1.1\r\n",
}


def exchange(gateway: Gateway, request: str) -> str:
    """What the gateway answers to these bytes, until it closes the connection."""
    place = urlsplit(gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(request.encode("latin-1"))
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def shown_id(answer: str) -> str:
    """The request's id, which headers and body agree on."""
    headers, _, body = answer.partition("\r\n\r\n")
    [request_id] = re.findall(r"^X-Request-ID: ([0-9a-f]{32})\r?$", headers, re.MULTILINE)
    assert request_id in body
    return request_id


@pytest.mark.parametrize(("request_line", "status", "words"), REFUSALS, ids=["405", "414", "505"])
@pytest.mark.parametrize("path", ["/api/me", "/login"])
def test_refusals_say_why(gateway: Gateway, path: str, request_line: str, status: int, words: str) -> None:
    line = request_line.format(path)
    answer = exchange(gateway, f"{line}\r\nHost: gateway\r\nConnection: close\r\n\r\n")
    assert re.match(rf"HTTP/1\.[01] {status} ", answer)
    assert words in answer
    assert shown_id(answer)


@pytest.mark.parametrize("request_head", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", ["/api/me", "/oauth/token", "/admin-api/v1/users", "/login"])
def test_what_is_malformed_is_refused_in_our_words(gateway: Gateway, path: str, request_head: str) -> None:
    answer = exchange(gateway, request_head.format(path) + "Connection: close\r\n\r\n")
    assert re.match(r"HTTP/1\.[01] 400 ", answer)
    assert shown_id(answer)
    kind = "text/html" if path == "/login" else "application/json"
    assert re.search(rf"^Content-Type: {kind}", answer, re.MULTILINE)


@pytest.mark.parametrize("path", ["/oauth/jwks", "/api/openapi.json", "/health/admin-ui"])
def test_many_headers_arrive(gateway: Gateway, path: str) -> None:
    assert gateway.get(path, headers={f"X-{n}": "1" for n in range(110)}).status_code == 200


@pytest.mark.parametrize("path", ["/oauth/token", "/login"])
def test_a_body_said_to_be_too_long_is_not_waited_for(gateway: Gateway, path: str) -> None:
    place = urlsplit(gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: gateway\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


@pytest.mark.rfc("9110 §10.1.1")
def test_a_client_that_waits_for_leave_to_send_its_body_is_given_it(gateway: Gateway) -> None:
    place = urlsplit(gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        head = (
            "POST /oauth/token HTTP/1.1\r\nHost: gateway\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"a=b")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_a_client_that_leaves_in_the_middle_is_no_failure(gateway: Gateway, system: System) -> None:
    place = urlsplit(gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(b"POST /oauth/left HTTP/1.1\r\nHost: gateway\r\nContent-Length: 9\r\n\r\nabc")
    logs = logs_with(system, "/oauth/left", 1)
    assert logs and not [name for name, text in logs.items() if "Traceback" in text]


@pytest.mark.parametrize("mark", ["?", "#"])
def test_what_follows_the_path_is_not_logged(gateway: Gateway, system: System, mark: str) -> None:
    target = f"/logged/{secrets.token_hex(8)}"
    head = f"GET {target}{mark}access_token=FollowingSecret HTTP/1.1\r\nHost: gateway\r\n"
    exchange(gateway, f"{head}Connection: close\r\n\r\n")
    logs = logs_with(system, target, 2)
    assert len(logs) == 2 and not [name for name, text in logs.items() if "FollowingSecret" in text]
