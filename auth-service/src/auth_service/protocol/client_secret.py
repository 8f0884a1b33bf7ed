"""Client secrets (RFC 6749 §2.3.1): made and stored as hashes, and for `client_secret_jwt` kept sealed besides.

A MAC cannot be checked with the hash of its key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from auth_service.models import ClientSecret
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol.client_metadata_rules import needs_secret
from auth_service.protocol.sealed import Unsealable, client_secret_context

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

PREFIX = "gcs_"


@dataclass(frozen=True)
class Secret:
    """A client's secret in clear, None where it has none, and the fields that are stored for it."""

    text: str | None = None
    stored: dict[str, Any] = field(default_factory=lambda: {"secrets": [], "encrypted_secret": None})


def new_secret(server: "AuthorizationServer", client_id: str, method: str, now: datetime) -> Secret:
    """A secret for a client that authenticates by this method, if it needs one."""
    if not needs_secret(method):
        return Secret()
    text = generate_secret(PREFIX)
    secret = ClientSecret(hash=hash_secret(text), created_at=now).to_mongo().to_dict()
    return Secret(text, {"secrets": [secret], "encrypted_secret": seal(server, client_id, method, [text])})


def seal(server: "AuthorizationServer", client_id: str, method: str, secrets: list[str]) -> bytes | None:
    """The secrets as they are kept beside their hashes, None where the hashes will do."""
    if method != "client_secret_jwt":
        return None
    return server.sealer.seal("\n".join(secrets).encode(), client_secret_context(client_id))


def sealed_secrets(server: "AuthorizationServer", document: Mapping[str, Any]) -> list[str]:
    """The client's secrets that were sealed, valid or not, the newest first; raises Unsealable."""
    if not document.get("encrypted_secret"):
        return []
    opened = server.sealer.open(bytes(document["encrypted_secret"]), client_secret_context(document["_id"]))
    return opened.decode().split("\n")


def seal_beside(
    server: "AuthorizationServer", document: Mapping[str, Any], method: str, secret: str, kept: set[str]
) -> bytes | None:
    """The secret sealed, with the earlier ones whose hashes are in `kept`, as far as they are known themselves."""
    beside = [old for old in _known(server, document) if old != secret and hash_secret(old) in kept]
    return seal(server, document["_id"], method, [secret, *beside])


def usable_secrets(
    server: "AuthorizationServer", document: Mapping[str, Any], method: str
) -> list[dict[str, Any]]:
    """The stored secrets that can serve for this method; where a MAC is made with them, those that were sealed."""
    stored = document.get("secrets", [])
    if method != "client_secret_jwt":
        return list(stored)
    known = {hash_secret(secret) for secret in _known(server, document)}
    return [secret for secret in stored if secret["hash"] in known]


def _known(server: "AuthorizationServer", document: Mapping[str, Any]) -> list[str]:
    """The sealed secrets; none where they do not open, so that a new one can take their place."""
    try:
        return sealed_secrets(server, document)
    except Unsealable:
        return []
