"""The same act by the admin API, as a line to paste."""

import json
import shlex
from typing import Any

from admin_ui.auth_service_api import path
from admin_ui.current import admin_ui


def equivalent(method: str, *segments: str, query: str = "", content: dict[str, Any] | None = None) -> str:
    """A curl command; the token comes from the shell's `$TOKEN`."""
    address = admin_ui().settings.issuer + path(*segments) + (f"?{query}" if query else "")
    parts = ["curl"] + ([] if method == "GET" else ["-X", method])
    parts += ['-H "Authorization: Bearer $TOKEN"']
    if content is not None:
        parts += ["-H 'Content-Type: application/json'", "-d " + shlex.quote(json.dumps(content))]
    return " ".join([*parts, shlex.quote(address)])
