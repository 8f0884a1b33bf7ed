"""Ready lines for a client with its own ids filled in: curl, Python, JavaScript."""

import json
import shlex
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from admin_ui.current import admin_ui
from admin_ui.web.client_types import type_of

_plain_text = Environment(
    loader=PackageLoader("admin_ui", "templates/quickstart"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  code, which the page that shows it escapes
    trim_blocks=True,
    lstrip_blocks=True,
)
_plain_text.filters.update(shell=shlex.quote, literal=json.dumps)
SECRET = "CLIENT_SECRET='{secret}'"
#: What can be called with a token of ours, by the scope that it needs; the first that fits.
CALLS = {"profile": "/api/me", "notes:read": "/api/notes"}
ELSEWHERE = "https://api.example.com/"
#: By token_endpoint_auth_method: what the shell has to know, and how curl then proves that it is the client.
CURL = {
    "none": ("", "-d client_id={id}"),
    "client_secret_basic": (SECRET, '-u {id}:"$CLIENT_SECRET"'),
    "client_secret_post": (SECRET, '-d client_id={id} -d client_secret="$CLIENT_SECRET"'),
}
CURL_WITH_ASSERTION = (
    "CLIENT_ASSERTION='...'  # a JWT that the client signs, a new one for each request",
    "-d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer "
    '-d client_assertion="$CLIENT_ASSERTION"',
)
LANGUAGES = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}


@dataclass(frozen=True)
class Snippet:
    """A piece of code for the client's page."""

    key: str
    title: str
    text: str


def snippets_for(client: dict[str, Any], secret: str | None = None) -> list[Snippet]:
    """One snippet a language, for the flow that the client uses; curl alone for the rarer ways to authenticate.

    `secret` stands in the lines for the shell where it is shown anyway, so that they can be pasted as they are.
    """
    kind = type_of(client)
    flow = kind.key if kind.key in ("device", "machine", "implicit", "api") else "code"
    metadata = admin_ui().provider.metadata()
    redirects = client.get("redirect_uris") or ["https://app.example/callback"]
    method = client["token_endpoint_auth_method"]
    credential, as_itself = CURL.get(method, CURL_WITH_ASSERTION)
    values = {
        "client_id": client["client_id"],
        "confidential": method != "none",
        "credential": credential.format(secret=secret or "..."),
        "as_itself": as_itself.format(id=shlex.quote(client["client_id"])),
        "redirect_uri": redirects[0],
        "scope": client.get("scope") or "",
        "issuer": admin_ui().settings.issuer,
        "call": call_for(client),
        "elsewhere": ELSEWHERE,
        "authorize": metadata["authorization_endpoint"],
        "token": metadata["token_endpoint"],
        "introspect": metadata.get("introspection_endpoint", ""),
        "device_authorization": metadata.get("device_authorization_endpoint", ""),
        "refreshes": "refresh_token" in (client.get("grant_types") or []),
    }
    languages = LANGUAGES if method in ("none", "client_secret_basic") else {"curl": "curl"}
    found = []
    for key, title in languages.items():
        name = f"{flow}.{key}.txt"
        if name in _plain_text.list_templates():
            found.append(Snippet(key, title, _plain_text.get_template(name).render(values).strip()))
    return found


def call_for(client: dict[str, Any]) -> str:
    """The address at this server that the client's tokens open, empty if there is none: its API is elsewhere."""
    issuer = admin_ui().settings.issuer
    if client.get("audience") and f"{issuer}/api" not in client["audience"]:
        return ""
    scopes = (client.get("scope") or "").split()
    return next((issuer + path for scope, path in CALLS.items() if scope in scopes), "")
