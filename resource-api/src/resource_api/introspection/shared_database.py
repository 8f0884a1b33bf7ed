"""Introspection against the database that the authorization server writes: one read by `_id` for each token.

Sees revocation and expiry at once, a disabled or deleted client within `client_cache_seconds`. A disabled
person's tokens are deleted by the authorization server, which is a revocation like any other.
docs/token-contract.md says what may be relied upon.
"""

import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError

from resource_api.introspection.introspection import Introspection, IntrospectionUnavailable

TOKEN_FIELDS = {"_id": 0, "client_id": 1, "sub": 1, "client_sub": 1, "scope": 1, "aud": 1, "expires_at": 1}
#: The cache is emptied when it has grown to so many clients: simpler than evicting, and rarely needed.
MAX_CACHED_CLIENTS = 10_000


class SharedDatabaseIntrospector:
    """Reads `access_tokens` and `client_profiles` of the database `gatehouse`."""

    blind_spots = ""

    def __init__(self, database: Database[dict[str, Any]], client_cache_seconds: float = 5) -> None:
        self.tokens: Collection[dict[str, Any]] = database["access_tokens"]
        self.clients = ClientCache(database["client_profiles"], client_cache_seconds)

    def introspect(self, token: str) -> Introspection | None:
        """None when the token is unknown or revoked or its client gone; raises IntrospectionUnavailable."""
        try:
            found = self.tokens.find_one({"_id": token_id(token)}, TOKEN_FIELDS)
            if found is None or not self.clients.is_enabled(found["client_id"]):
                return None
        except PyMongoError as error:
            raise IntrospectionUnavailable(f"no answer from the database: {type(error).__name__}") from error
        return Introspection(
            client_id=found["client_id"],
            sub=found.get("sub"),
            scopes=frozenset(found["scope"].split()),
            audience=tuple(found["aud"]),
            expires_at=found["expires_at"],
            client_sub=found.get("client_sub"),
        )


class ClientCache:
    """Remembers for a few seconds which clients are enabled, to spare a read on each request."""

    def __init__(self, clients: Collection[dict[str, Any]], seconds: float) -> None:
        self.clients = clients
        self.seconds = seconds
        self.known: dict[str, tuple[float, bool]] = {}

    def is_enabled(self, client_id: str) -> bool:
        """Whether the client exists and is not disabled, as of at most `seconds` ago."""
        fresh_until, enabled = self.known.get(client_id, (0.0, False))
        if time.monotonic() < fresh_until:
            return enabled
        found = self.clients.find_one({"_id": client_id}, {"disabled_at": 1})
        enabled = found is not None and found.get("disabled_at") is None
        if len(self.known) >= MAX_CACHED_CLIENTS:
            self.known.clear()
        self.known[client_id] = (time.monotonic() + self.seconds, enabled)
        return enabled


def token_id(token: str) -> str:
    """The `_id` under which a token is stored: base64url, without padding, of its SHA-256."""
    return urlsafe_b64encode(sha256(token.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
