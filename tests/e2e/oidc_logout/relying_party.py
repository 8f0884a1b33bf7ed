"""A relying party's server, on this machine: it takes logout tokens and checks them as the standard wants it."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.e2e.gateway import Gateway

EVENT = "http://schemas.openid.net/event/backchannel-logout"
PATIENCE = 20  # seconds; a delivery takes less than one


class RelyingParty(ThreadingHTTPServer):
    """Runs as a context manager; `answers` holds the statuses that it gives, 200 when they are used up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _BackChannel)
        self.received: Queue[str] = Queue()
        self.answers: list[int] = []
        self.uri = f"http://127.0.0.1:{self.server_address[1]}/back-channel"

    def __enter__(self) -> "RelyingParty":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.shutdown()
        self.server_close()

    def logout_token(self) -> str:
        """The next logout token; raises queue.Empty when none comes."""
        return self.received.get(timeout=PATIENCE)


class _BackChannel(BaseHTTPRequestHandler):
    server: RelyingParty

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.received.put(form["logout_token"][0])

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def validate(gateway: Gateway, token: str, client_id: str) -> dict[str, Any]:
    """OIDC Back-Channel Logout §2.6: the claims of a good logout token; raises for any other."""
    gateway.used_secrets.add("logout_token", token)
    metadata = gateway.get("/.well-known/openid-configuration").json()
    keys = KeySet.import_key_set(gateway.get(metadata["jwks_uri"].removeprefix(metadata["issuer"])).json())
    found = jwt.decode(token, keys, metadata["id_token_signing_alg_values_supported"])
    assert found.header["typ"] == "logout+jwt"
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        jti={"essential": True},
    ).validate(found.claims)
    assert found.claims["events"] == {EVENT: {}}
    assert "nonce" not in found.claims
    return found.claims


def claims_of(id_token: str) -> dict[str, Any]:
    """What an id_token says, unchecked: the app has it straight from the token endpoint."""
    payload = id_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
