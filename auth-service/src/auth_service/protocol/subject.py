"""Subject identifiers (OIDC Core §8): the same for every client, or one of its own for each sector (§8.1)."""

import base64
import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auth_service.settings import is_loopback

if TYPE_CHECKING:
    from auth_service.protocol.client import RegisteredClient
    from auth_service.protocol.server import AuthorizationServer

PUBLIC, PAIRWISE = "public", "pairwise"
TYPES = (PUBLIC, PAIRWISE)


def subject_for(server: "AuthorizationServer", client: "RegisteredClient", sub: str) -> str:
    """The `sub` that this client is told of a person: what is stored, or 43 characters that only its sector knows."""
    if client.subject_type != PAIRWISE:
        return sub
    return _derive(server, "sub", sector_of(client), sub)


def sid_for(server: "AuthorizationServer", client: "RegisteredClient", session_id: str) -> str:
    """The `sid` that this client is told of a session. A common one would join what pairwise subjects part."""
    if client.subject_type != PAIRWISE:
        return session_id
    return _derive(server, "sid", sector_of(client), session_id)


def sector_of(client: "RegisteredClient") -> str:
    """OIDC Core §8.1: the host of `sector_identifier_uri`, else the redirect URIs' only host.

    Where the host is not one (registration refuses that), the client is a sector by itself: nothing is shared. So it
    is on loopback, where every app of a person's machine is at home.
    """
    if client.sector_identifier_uri:
        hosts = {web_host(client.sector_identifier_uri)}
    else:
        hosts = {None if is_loopback(uri) else web_host(uri) for uri in client.redirect_uris or ()}
    host = hosts.pop() if len(hosts) == 1 else None
    return f"host:{host}" if host else f"client:{client.client_id}"


def web_host(uri: str) -> str | None:
    """The host that whoever answers there has; None where an app's own scheme stands before any name it likes."""
    parts = urlsplit(uri)
    return parts.hostname if parts.scheme in ("http", "https") else None


def _derive(server: "AuthorizationServer", purpose: str, sector: str, value: str) -> str:
    """OIDC Core §8.1: not to be reversed nor computed by anybody else: HMAC-SHA-256 under a secret salt."""
    message = "\0".join((purpose, sector, value)).encode()
    digest = hmac.digest(server.secrets.pairwise_salt(), message, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
