"""The client that makes a request: its registration, under the profile that holds for it (RFC 6749 §2)."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Any

from auth_service.models import Client
from auth_service.models.secret import hash_secret
from auth_service.protocol.errors import InvalidScope
from auth_service.protocol.profile import Profile, effective_profile
from auth_service.protocol.redirect_uri import is_safe_to_redirect, matches
from auth_service.protocol.response_type import normalise
from auth_service.protocol.scope import CATALOGUE, parse_scope


@dataclass(frozen=True)
class RegisteredClient:
    """A client as the protocol sees it. `metadata` is the stored document, read without hydration."""

    client_id: str
    metadata: dict[str, Any]
    profile: Profile

    def __getattr__(self, name: str) -> Any:
        """The registered field of that name, None where it was left out."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self.metadata.get(name)

    @property
    def client_metadata(self) -> dict[str, Any]:
        """The registration, under the name that Authlib reads."""
        return self.metadata

    def get_client_id(self) -> str:
        """The client identifier."""
        return self.client_id

    @property
    def is_public(self) -> bool:
        """RFC 6749 §2.1: a client that cannot keep a secret."""
        return self.metadata.get("token_endpoint_auth_method") == "none"

    @property
    def display_name(self) -> str:
        """What people are shown."""
        return self.metadata.get("client_name") or self.client_id

    def matching_secret(self, presented: str, now: datetime) -> dict[str, Any] | None:
        """The valid secret that was presented, or None. Every one is compared, in constant time."""
        presented_hash = hash_secret(presented)
        found = None
        for secret in self.metadata.get("secrets", ()):
            expires_at = secret.get("expires_at")
            alive = expires_at is None or expires_at > now
            if hmac.compare_digest(secret["hash"], presented_hash) and alive:
                found = secret
        return found

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether the client registered this method; it holds at every endpoint."""
        return self.metadata.get("token_endpoint_auth_method") == method

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client registered the grant and its profile has it."""
        return grant_type in self.metadata.get("grant_types", ()) and grant_type in self.profile.grant_types

    def check_response_type(self, response_type: str) -> bool:
        """Whether the client registered the response type, in whatever order of its words."""
        return response_type in {normalise(name) for name in self.metadata.get("response_types", ())}

    def check_redirect_uri(self, presented: str) -> bool:
        """RFC 9700 §4.1.3: only a registered redirect URI, character by character."""
        native = self.metadata.get("application_type") == "native"
        registered = self.metadata.get("redirect_uris", ())
        return is_safe_to_redirect(presented) and any(matches(uri, presented, native) for uri in registered)

    def get_default_redirect_uri(self) -> str | None:
        """RFC 6749 §3.1.2.3: the one registered redirect URI, None when there are several or none."""
        registered = self.metadata.get("redirect_uris", ())
        return registered[0] if len(registered) == 1 and is_safe_to_redirect(registered[0]) else None

    def still_registered(self, scopes: list[str]) -> list[str]:
        """What of an earlier grant the client may still be given: its registration may be less than it was."""
        registered = (self.metadata.get("scope") or "").split()
        return [scope for scope in scopes if scope in registered]

    def allowed_scope(self, requested: str | None) -> list[str]:
        """What was asked for, or all that is registered when nothing was; raises InvalidScope beyond that."""
        registered = parse_scope(self.metadata.get("scope"))
        names = (requested or "").split(" ")
        if "openid" in names:  # OIDC Core §3.1.2.1: what is not understood is ignored then
            names = [name for name in names if name in CATALOGUE]
        scopes = parse_scope(" ".join(names)) or registered
        if not set(scopes) <= set(registered):
            raise InvalidScope("A requested scope is not registered for this client")
        return scopes


#: Seconds for which a client that asks for itself is taken for what it just was; who changes a client waits as long.
JUST_NOW = 0.1


class Clients:
    """Finds clients, remembering each for a few seconds: two of three reads of an introspection are the same."""

    def __init__(
        self, server_profile: str, cache_seconds: float, id_token_in_front_channel: bool = True
    ) -> None:
        self._server_profile = server_profile
        self._id_token_in_front_channel = id_token_in_front_channel
        self._cache_seconds = cache_seconds
        #: For each client when it was last read, and what it was.
        self._cache: dict[str, tuple[float, RegisteredClient]] = {}

    def find(self, client_id: str) -> RegisteredClient | None:
        """The client as of a few seconds ago at most, or None if there is none or it is disabled."""
        return self._remembered(client_id, self._cache_seconds) or self.read(client_id)

    def find_just_now(self, client_id: str) -> RegisteredClient | None:
        """The client as of `JUST_NOW` at most, so that one that asks often is not read each time."""
        return self._remembered(client_id, self._just_now) or self.read(client_id)

    def read(self, client_id: str) -> RegisteredClient | None:
        """The client as of now. Where something is given in somebody's name, nothing that was remembered decides."""
        read_at = monotonic()
        document = Client._get_collection().find_one({"_id": client_id, "disabled_at": None})
        if document is None:
            self._cache.pop(client_id, None)
            return None
        profile = effective_profile(
            self._server_profile, document.get("profile"), self._id_token_in_front_channel
        )
        client = RegisteredClient(client_id, document, profile)
        if len(self._cache) > 10_000:
            self._cache.clear()
        self._cache[client_id] = (read_at, client)
        return client

    def forget(self, client_id: str) -> None:
        """Drop what this process remembers of a client."""
        self._cache.pop(client_id, None)

    def changed(self, client_id: str) -> None:
        """Call after each change: no request that comes once it returns is given tokens for what the client was."""
        self.forget(client_id)
        sleep(self._just_now)

    @property
    def _just_now(self) -> float:
        return min(self._cache_seconds, JUST_NOW)

    def _remembered(self, client_id: str, seconds: float) -> RegisteredClient | None:
        found = self._cache.get(client_id)
        return found[1] if found is not None and monotonic() - found[0] < seconds else None
