"""The signing keys as they were stored at one moment; replaced as a whole, never changed."""

from datetime import datetime, timedelta
from functools import cached_property

from joserfc.jwk import JWKRegistry, Key

from auth_service.models import SigningKey


class KeyRing:
    """All keys that are known, and which of them may do what at which time."""

    def __init__(self, keys: list[SigningKey], read_at: datetime) -> None:
        self.keys = keys
        self._read_at = read_at
        self._by_alg: dict[str, list[SigningKey]] = {}
        for key in sorted(keys, key=lambda key: (key.generation, key.activates_at)):
            self._by_alg.setdefault(key.alg, []).append(key)

    @classmethod
    def read(cls, now: datetime) -> "KeyRing":
        """The keys in the database now. What has expired may still be there: TTL deletion lags."""
        known = [key for key in SigningKey.objects if key.expires_at is None or now < key.expires_at]
        return cls(sorted(known, key=lambda key: key.activates_at, reverse=True), now)

    def age(self, now: datetime) -> timedelta:
        """How long ago it was read; a clock that was set back makes no key ring young."""
        return abs(now - self._read_at)

    def algorithms(self) -> list[str]:
        """The algorithms that there are keys for."""
        return list(self._by_alg)

    def generations(self, alg: str) -> list[SigningKey]:
        """All keys of the algorithm, the oldest first."""
        return self._by_alg.get(alg, [])

    def current(self, alg: str, now: datetime) -> SigningKey | None:
        """The newest key whose time has come, or None."""
        return next((k for k in reversed(self.generations(alg)) if k.state_at(now) == "current"), None)

    def waiting(self, alg: str, now: datetime) -> SigningKey | None:
        """The next key, published and not signing yet, or None."""
        return next((k for k in self.generations(alg) if k.state_at(now) == "next"), None)

    def signer(self, alg: str, now: datetime) -> SigningKey | None:
        """The key to sign with, or None. Where there is no other, one that still waits: another replica, whose
        clock is ahead by a moment, has put it to work after a key was revoked.
        """
        return self.current(alg, now) or self.waiting(alg, now)

    @cached_property
    def public_keys(self) -> dict[str, Key]:
        """Every key's public part by `kid`."""
        return {key.kid: JWKRegistry.import_key(key.public_jwk) for key in self.keys}
