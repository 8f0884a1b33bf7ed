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
LANGUAGES = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}


@dataclass(frozen=True)
class Snippet:
    """A piece of code for the client's page."""

    key: str
    title: str
    text: str


def snippets_for(client: dict[str, Any]) -> list[Snippet]:
    """One snippet a language, for the flow that the client uses."""
    kind = type_of(client)
    flow = kind.key if kind.key in ("device", "machine", "implicit", "api") else "code"
    metadata = admin_ui().provider.metadata()
    redirects = client.get("redirect_uris") or ["https://app.example/callback"]
    confidential = client.get("token_endpoint_auth_method") != "none"
    values = {
        "client_id": client["client_id"],
        "confidential": confidential,
        "as_itself": curl_arguments(client["client_id"], confidential),
        "redirect_uri": redirects[0],
        "scope": client.get("scope") or "",
        "issuer": admin_ui().settings.issuer,
        "authorize": metadata["authorization_endpoint"],
        "token": metadata["token_endpoint"],
        "introspect": metadata.get("introspection_endpoint", ""),
        "device_authorization": metadata.get("device_authorization_endpoint", ""),
        "refreshes": "refresh_token" in (client.get("grant_types") or []),
    }
    found = []
    for key, title in LANGUAGES.items():
        name = f"{flow}.{key}.txt"
        if name in _plain_text.list_templates():
            found.append(Snippet(key, title, _plain_text.get_template(name).render(values).strip()))
    return found


def curl_arguments(client_id: str, confidential: bool) -> str:
    """What makes curl a client (RFC 6749 §2.3.1); its secret comes from the shell's `$CLIENT_SECRET`."""
    if confidential:
        return f'-u {shlex.quote(client_id + ":")}"$CLIENT_SECRET"'
    return f"-d client_id={shlex.quote(client_id)}"
