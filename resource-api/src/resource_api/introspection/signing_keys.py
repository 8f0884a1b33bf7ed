"""The issuer's public keys, fetched from its JWK Set (RFC 7517 §5) and remembered."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from resource_api.clock import Clock
from resource_api.introspection.introspection import IntrospectionUnavailable

#: A retired key is forgotten this long after it left the set.
MAXIMUM_AGE = timedelta(minutes=5)
#: An unknown `kid` makes us ask again, but not more often: anyone can invent one.
MINIMUM_AGE = timedelta(seconds=10)
TIMEOUT_SECONDS = 2
NEVER = datetime.min.replace(tzinfo=UTC)


class SigningKeys:
    """Keys by `kid`. When the issuer does not answer, the last good set stays in use."""

    def __init__(self, jwks_uri: str, clock: Clock) -> None:
        self.jwks_uri = jwks_uri
        self.clock = clock
        self.keys: dict[str, ECKey] = {}
        self.tried_at = NEVER
        self.reachable = True
        self.lock = threading.Lock()
        self.session = requests.Session()
        self.session.trust_env = False  # neither a proxy nor a .netrc stands between us and the issuer

    def find(self, kid: str) -> ECKey:
        """The key named `kid`; KeyError when there is none, IntrospectionUnavailable when nobody can say."""
        known = kid in self.keys
        if self.age() > (MAXIMUM_AGE if known else MINIMUM_AGE):
            self.refresh(wait=not known)
        if kid not in self.keys and not self.reachable:
            raise IntrospectionUnavailable(f"no key set from {self.jwks_uri}")
        if kid not in self.keys:
            raise KeyError("unknown kid")
        return self.keys[kid]

    def age(self) -> timedelta:
        """How long ago the set was last asked for."""
        return self.clock.now() - self.tried_at

    def refresh(self, wait: bool) -> None:
        """Fetch the set, one thread at a time; with a usable key at hand the others do not `wait`."""
        if not self.lock.acquire(blocking=wait):
            return
        try:
            if self.age() > MINIMUM_AGE:  # else another thread did it while this one waited
                self.fetch()
        finally:
            self.lock.release()

    def fetch(self) -> None:
        """Replace the keys by the issuer's, or leave them when it does not answer as it should."""
        try:
            response = self.session.get(self.jwks_uri, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            self.reachable = response.status_code == requests.codes.ok
            if self.reachable:
                self.keys = read_key_set(response.json())
        except (requests.RequestException, AttributeError, KeyError, TypeError, ValueError, RecursionError):
            self.reachable = False
        self.tried_at = self.clock.now()


def read_key_set(document: dict[str, Any]) -> dict[str, ECKey]:
    """The P-256 signature keys of a JWK Set, by `kid`; others are passed over (RFC 7517 §5)."""
    keys = {}
    for jwk in document["keys"]:
        usable = jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" and jwk.get("use", "sig") == "sig"
        if not usable or jwk.get("alg", "ES256") != "ES256" or not isinstance(jwk.get("kid"), str):
            continue
        try:
            keys[jwk["kid"]] = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y", "kid")})
        except (JoseError, KeyError, ValueError):
            continue
    return keys
