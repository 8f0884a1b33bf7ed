"""An app: the web server that the browser is sent back to, and what the app says to the server by itself."""

import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Page

from tests.e2e.gateway import bearer
from tests.e2e.oauth_client import OAuthClient

PAGE = b"<!doctype html><html lang=en><title>The app</title><link rel=icon href=data:,><p>Back at the app."


class RedirectTarget:
    """Serves one page at a free port of this machine, and keeps the forms posted to it; a context manager."""

    def __init__(self) -> None:
        self.posted: Queue[dict[str, str]] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_AppPage, self.posted))
        self.port = self._server.server_address[1]
        self.uri = f"http://127.0.0.1:{self.port}/callback"

    def __enter__(self) -> "RedirectTarget":
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _AppPage(BaseHTTPRequestHandler):
    def __init__(self, posted: "Queue[dict[str, str]]", *connection: Any) -> None:
        self._posted = posted
        super().__init__(*connection)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._posted.put(dict(parse_qsl(body.decode(), strict_parsing=True)))
        self.do_GET()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        pass


class App:
    """A registered client with its redirect URI; remembers the PKCE verifier of its latest request."""

    def __init__(self, client: OAuthClient, redirect_uri: str) -> None:
        self.client = client
        self.redirect_uri = redirect_uri
        self._verifier = ""

    def authorization_path(self, **parameters: str) -> str:
        """Where the app sends the browser, at the gateway; a new PKCE pair each time."""
        asked, self._verifier = self.client.authorization(
            **{"redirect_uri": self.redirect_uri, "state": "a state & more"} | parameters
        )
        return f"/oauth/authorize?{urlencode(asked)}"

    def answer(self, page: Page) -> dict[str, str]:
        """The parameters with which the browser comes back, of the query or of the fragment."""
        page.wait_for_url(lambda url: url.startswith(self.redirect_uri))
        parts = urlsplit(page.url)
        answer = dict(parse_qsl(parts.query or parts.fragment))
        assert answer["state"] == "a state & more"
        return answer

    def redeem(self, code: str) -> str:
        """The access token for a code."""
        return self.client.tokens("authorization_code", **self.proof_of(code))["access_token"]

    def proof_of(self, code: str) -> dict[str, str]:
        """What a token request needs to redeem the code."""
        return {"code": code, "redirect_uri": self.redirect_uri, "code_verifier": self._verifier}

    def whoami(self, access_token: str) -> dict[str, str]:
        """What the protected API says about the token's owner."""
        answer = self.client.gateway.get("/api/me", headers=bearer(access_token))
        assert answer.status_code == 200, answer.text
        return answer.json()
