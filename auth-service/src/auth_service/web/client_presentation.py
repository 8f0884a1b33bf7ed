"""How an app is introduced to the person whom it asks for something."""

from typing import Any
from urllib.parse import urlsplit

from auth_service.protocol.client import RegisteredClient


def presentation_of(client: RegisteredClient) -> dict[str, Any]:
    """What the templates show of it: `client`, `initial`, `links`."""
    return {"client": client, "initial": initial_of(client), "links": links_of(client)}


def initial_of(client: RegisteredClient) -> str:
    """The letter that stands for an app."""
    return str(client.display_name)[:1].upper()


def links_of(client: RegisteredClient) -> list[tuple[str, str]]:
    """Its pages, each with the words for it."""
    named = [
        ("Website", client.client_uri),
        ("Privacy policy", client.policy_uri),
        ("Terms of service", client.tos_uri),
    ]
    return [(words, uri) for words, uri in named if is_web_address(uri)]


def is_web_address(uri: str | None) -> bool:
    """Whether it may stand in a link: `javascript:` would run here."""
    return bool(uri) and urlsplit(uri).scheme in ("http", "https")
