"""Signing keys (RFC 7517): made, encrypted, published, rotated.

A new key is published for a while before it signs, so that no client meets an unknown `kid`; an old one stays
published until everything that it signed has expired.
"""

import json
import secrets
import time
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import ECKey, Key, KeyParameters, KeySet, RSAKey

from auth_service.clock import Clock
from auth_service.models import SigningKey
from auth_service.settings import Settings

ALGORITHMS = ("ES256", "RS256")

#: For how long clients may keep the JWKS, in seconds; a new key signs only after that.
JWKS_MAX_AGE = 300

_RELOAD_SECONDS = 10


class KeysUnreadable(Exception):
    """The stored private keys do not open with the configured key encryption key."""


class SigningKeys:
    """The key ring of one process: key objects are made once, the list is re-read every few seconds."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._cipher = AESGCM(settings.encryption_key)
        self._clock = clock
        self._longest_token = max(settings.id_token_lifetime, settings.access_token_lifetime)
        self._private: dict[str, Key] = {}
        self._documents: list[SigningKey] = []
        self._loaded_at = float("-inf")

    def create_missing(self) -> None:
        """Make a key for each algorithm that has none: on the first start."""
        now = self._clock.now()
        for alg in ALGORITHMS:
            if not any(key.alg == alg and key.state_at(now) != "retired" for key in SigningKey.objects):
                self._create(alg, activates_at=now)
        self.reload()

    def rotate(self) -> list[SigningKey]:
        """Publish a successor for each current key; one that already waits is kept. Returns the successors."""
        now = self._clock.now()
        activates_at = now + timedelta(seconds=JWKS_MAX_AGE)
        successors = []
        for alg in ALGORITHMS:
            keys = [key for key in SigningKey.objects(alg=alg) if key.state_at(now) != "retired"]
            waiting = [key for key in keys if key.state_at(now) == "next"]
            if waiting:
                successors += waiting
                continue
            successors.append(self._create(alg, activates_at))
            expires_at = activates_at + self._longest_token
            for key in keys:
                key.update(set__retires_at=activates_at, set__expires_at=expires_at)
        self.reload()
        return successors

    def signing_key(self, alg: str) -> Key:
        """The private key that signs now, with its `kid`."""
        now = self._clock.now()
        current = [key for key in self.documents() if key.alg == alg and key.state_at(now) == "current"]
        newest = max(current, key=lambda key: key.activates_at)
        if newest.kid not in self._private:
            self._private[newest.kid] = self._decrypt(newest)
        return self._private[newest.kid]

    def published(self) -> KeySet:
        """The public keys: next, current, and retired ones whose signatures may still be about."""
        return KeySet.import_key_set(self.jwks())  # type: ignore[arg-type]

    def jwks(self) -> dict:
        """The JWK set (RFC 7517 §5)."""
        now = self._clock.now()
        return {
            "keys": [k.public_jwk for k in self.documents() if k.expires_at is None or k.expires_at > now]
        }

    def documents(self) -> list[SigningKey]:
        """The stored keys, at most a few seconds old."""
        if time.monotonic() - self._loaded_at > _RELOAD_SECONDS:
            self.reload()
        return self._documents

    def reload(self) -> None:
        """Read the keys now."""
        self._documents = list(SigningKey.objects.order_by("-activates_at"))
        self._loaded_at = time.monotonic()

    def _create(self, alg: str, activates_at: datetime) -> SigningKey:
        kid = secrets.token_urlsafe(12)
        parameters: KeyParameters = {"kid": kid, "use": "sig", "alg": alg}
        key: Key = (
            ECKey.generate_key("P-256", parameters)
            if alg == "ES256"
            else RSAKey.generate_key(2048, parameters)
        )
        document = SigningKey(
            kid=kid,
            alg=alg,
            public_jwk=key.as_dict(private=False),
            encrypted_private_key=self._encrypt(kid, key),
            created_at=self._clock.now(),
            activates_at=activates_at,
        )
        return document.save(force_insert=True)

    def _encrypt(self, kid: str, key: Key) -> bytes:
        nonce = secrets.token_bytes(12)
        plain = json.dumps(key.as_dict(private=True)).encode()
        return nonce + self._cipher.encrypt(nonce, plain, kid.encode())

    def _decrypt(self, document: SigningKey) -> Key:
        sealed = bytes(document.encrypted_private_key)
        try:
            plain = self._cipher.decrypt(sealed[:12], sealed[12:], document.kid.encode())
        except InvalidTag:
            raise KeysUnreadable(
                f"signing key {document.kid} does not open with the configured key encryption key"
            ) from None
        jwk = json.loads(plain)
        return ECKey.import_key(jwk) if document.alg == "ES256" else RSAKey.import_key(jwk)
