"""Signing keys (RFC 7517) as one process knows them: what signs now, and what everybody can check it with.

A new key is published for a while before it signs, so that no client meets an unknown `kid`; an old one stays
published until everything that it signed has expired. `key_rotation` has the rules.
"""

import threading
from datetime import datetime, timedelta

import structlog
from joserfc.jwk import Key, KeySet

from auth_service.clock import Clock
from auth_service.models import AccessToken, SigningKey
from auth_service.protocol import key_material
from auth_service.protocol.errors import TryLater
from auth_service.protocol.key_material import ALGORITHMS
from auth_service.protocol.key_ring import KeyRing
from auth_service.protocol.key_rotation import LEEWAY, REVOKED_KEPT, KeyRotation
from auth_service.protocol.sealed import Sealer, Unsealable, signing_key_context
from auth_service.settings import Settings

__all__ = ["ALGORITHMS", "JWKS_MAX_AGE", "NoSigningKey", "SigningKeys"]

log = structlog.get_logger("signing_keys")

#: For how long clients may keep the JWKS, in seconds. The shortest SIGNING_KEY_OVERLAP covers it.
JWKS_MAX_AGE = 300

#: How often `maintain` is meant to be called, in seconds.
MAINTENANCE_INTERVAL = 5

_REREAD_AFTER = timedelta(seconds=10)  # for processes in which nobody maintains
_TOO_OLD = LEEWAY


class NoSigningKey(TryLater):
    """No key of the algorithm can sign: 503. Maintenance makes one, unless the algorithm is not configured."""

    def __init__(self, alg: str) -> None:
        super().__init__("The server cannot sign at the moment", 503, MAINTENANCE_INTERVAL)
        self.reason = f"there is no signing key for {alg}"


class SigningKeys:
    """The key ring of one process, re-read every few seconds; key objects are made once."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._sealer = Sealer(settings)
        self._rotation = KeyRotation(settings, self._sealer)
        self._ring: KeyRing | None = None
        self._rereading = threading.Lock()
        self._private: dict[str, Key] = {}

    def signing_key(self, alg: str) -> Key:
        """The private key that signs now, with its `kid`; raises NoSigningKey."""
        now = self._clock.now()
        stored = self._fresh_ring(now).signer(alg, now)
        if stored is None:
            raise NoSigningKey(alg)
        return self._private.get(stored.kid) or self._open(stored)

    def published(self) -> KeySet:
        """The public keys: next, current, and retired ones whose signatures may still be about."""
        now = self._clock.now()
        ring = self._fresh_ring(now)
        return KeySet([ring.public_keys[key.kid] for key in ring.keys if key.is_published_at(now)])

    def known(self) -> KeySet:
        """Those and older ones: expired id_tokens come back as hints. What a revoked key signed never counts."""
        ring = self._fresh_ring(self._clock.now())
        return KeySet([ring.public_keys[key.kid] for key in ring.keys if key.revoked_at is None])

    def jwks(self) -> dict:
        """The JWK set (RFC 7517 §5)."""
        now = self._clock.now()
        return {"keys": [key.public_jwk for key in self._fresh_ring(now).keys if key.is_published_at(now)]}

    def documents(self) -> list[SigningKey]:
        """The stored keys, the newest first, as they are this moment."""
        return self._reload(self._clock.now()).keys

    def successor_due_at(self, key: SigningKey) -> datetime | None:
        """When a key takes over from this one that is not there yet; None where it is, or none will come."""
        return self._rotation.successor_due_at(key, self._clock.now())

    def create_missing(self) -> None:
        """Bring the keys to the settings: make those of new algorithms, retire those of algorithms given up."""
        now = self._clock.now()
        self._rotation.retire_unconfigured(self._reload(now), now)
        self.maintain()

    def maintain(self) -> None:
        """Keep the ring going; every process does, every few seconds. It costs one small query but when keys change.

        Private keys are opened here and not in the request that needs one first.
        """
        now = self._clock.now()
        ring = self._reload(now)
        if self._rotation.add_due(ring, now):
            ring = self._reload(now)
        ring = self._settle(ring, now)
        self._take_back_from_revoked(ring, now)
        self._open_ahead(ring, now)

    def rotate(self) -> list[SigningKey]:
        """Publish a successor for each current key now; one that already waits is kept. Returns the successors."""
        self.maintain()
        now = self._clock.now()
        self._rotation.add_all(self._reload(now), now)
        ring = self._settle(self._reload(now), now)
        return [key for alg in ring.algorithms() if (key := ring.waiting(alg, now)) is not None]

    def revoke(self, kid: str) -> int | None:
        """End a key at once: unpublished, and its successor signs from now on, whether clients know it or not.

        Returns how many access tokens were revoked with it, None if there is no such key.
        """
        now = self._clock.now()
        key = SigningKey.objects(kid=kid).first()
        if key is None:
            return None
        retires_at = now if key.retires_at is None else min(now, key.retires_at)
        SigningKey.objects(kid=kid, revoked_at=None).update_one(
            set__revoked_at=now,
            set__retires_at=retires_at,
            set__published_until=now,
            set__expires_at=now + REVOKED_KEPT,
        )
        log.warning("signing_key_revoked", kid=kid, alg=key.alg)
        revoked = AccessToken.revoke_signed_by([kid])
        self.maintain()
        return revoked

    def _fresh_ring(self, now: datetime) -> KeyRing:
        """The ring, a few seconds old at most. While one request reads it again, others go on with what there is."""
        ring = self._ring
        if ring is None or ring.age(now) > _TOO_OLD:
            return self._reload(now)
        if ring.age(now) > _REREAD_AFTER and self._rereading.acquire(blocking=False):
            try:
                return self._reload(now)
            finally:
                self._rereading.release()
        return ring

    def _reload(self, now: datetime) -> KeyRing:
        self._ring = ring = KeyRing.read(now)
        return ring

    def _settle(self, ring: KeyRing, now: datetime) -> KeyRing:
        return self._reload(now) if self._rotation.settle(ring, now) else ring

    def _take_back_from_revoked(self, ring: KeyRing, now: datetime) -> None:
        """Revoke also what was signed while a replica had not heard of the revocation."""
        fresh = [key.kid for key in ring.keys if key.revoked_at and now - key.revoked_at < 2 * LEEWAY]
        if fresh:
            AccessToken.revoke_signed_by(fresh)

    def _open_ahead(self, ring: KeyRing, now: datetime) -> None:
        signing = {key.kid: key for key in ring.keys if key.state_at(now) in ("next", "current")}
        for kid in set(self._private) - set(signing):
            self._private.pop(kid, None)
        for key in signing.values():
            try:
                if key.kid not in self._private:
                    self._open(key)
            except Unsealable as error:  # of the others each is good for itself
                log.error("signing_key_unreadable", kid=key.kid, reason=str(error))

    def _open(self, key: SigningKey) -> Key:
        packed = self._sealer.open(bytes(key.encrypted_private_key), signing_key_context(key.kid))
        self._private[key.kid] = opened = key_material.unpack(packed)
        return opened
