"""What a relying party publishes: its keys, request objects, logo and sector, and where it is told of logouts."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Documents:
    """A web server on loopback, which the demo may fetch from."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.published: dict[str, tuple[str, bytes]] = {}
        #: Path, query and form of each post, and of each get of what is not published.
        self.received: Queue[tuple[str, dict[str, list[str]], dict[str, list[str]]]] = Queue()

    def publish(
        self, content: Any, content_type: str = "application/json", address: str | None = None
    ) -> str:
        """Put a document there, in place of the one at that address if one is given; returns the address."""
        address = address or f"{self.url}/{secrets.token_hex(6)}"
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.published[urlsplit(address).path] = (content_type, body)
        return address


@contextmanager
def serve_documents() -> Iterator[Documents]:
    """Serve on a free port until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content_type, body = documents.published.get(urlsplit(self.path).path, ("text/plain", b""))
            self.answer(200 if body else 404, content_type, body)

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            documents.received.put((parts.path, parse_qs(parts.query), form))
            self.answer(200, "text/plain", b"")

        def answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        documents = Documents(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield documents
        finally:
            server.shutdown()
            thread.join()
