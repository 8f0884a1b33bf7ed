"""One request at a time, with its answer read: for setting up, and for looking before loading."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


class BenchmarkFailed(Exception):
    """What was measured is not what was meant: an answer that is wrong, or that did not come."""


def ask(method: str, url: str, headers: dict[str, str], body: str = "") -> dict[str, Any]:
    """Send a request; returns the JSON of a good answer, raises BenchmarkFailed for any other."""
    request = urllib.request.Request(url, body.encode() or None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise BenchmarkFailed(f"{method} {url} answered {error.code}: {error.read()[:300]!r}") from None
    except (OSError, ValueError) as error:
        raise BenchmarkFailed(f"{method} {url}: {error}") from None


def basic(client_id: str, secret: str | None = None) -> dict[str, str]:
    """Authenticate as a client; the demo's have known secrets."""
    credentials = f"{client_id}:{secret or client_id + '-secret'}".encode()
    return {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}


def bearer(token: str) -> dict[str, str]:
    """Show a token."""
    return {"Authorization": f"Bearer {token}"}
