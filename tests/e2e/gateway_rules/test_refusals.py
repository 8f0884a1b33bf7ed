"""What the gateway refuses by itself, in its own words: programs get JSON, people a page."""

import re
import socket
from urllib.parse import urlsplit

import pytest

from tests.e2e.gateway import Gateway

REFUSALS = [
    ("TRACE {} HTTP/1.1", 405, "This method does not work here."),
    (f"GET {{}}?{'x' * 20_000} HTTP/1.1", 414, "The address is too long."),
    ("GET {} HTTP/9.1", 505, "The request is malformed."),
]


@pytest.mark.parametrize(("request_line", "status", "words"), REFUSALS, ids=["405", "414", "505"])
@pytest.mark.parametrize("path", ["/api/me", "/login"])
def test_refusals_say_why(gateway: Gateway, path: str, request_line: str, status: int, words: str) -> None:
    place = urlsplit(gateway.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        line = request_line.format(path)
        connection.sendall(f"{line}\r\nHost: gateway\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert re.match(rf"HTTP/1\.[01] {status} ", answer)
    assert words in answer
    assert re.search(r"^X-Request-ID: [0-9a-f]{32}\r$", answer, re.MULTILINE)
