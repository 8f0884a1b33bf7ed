"""When keys come and go. Every replica does this whenever it has read the ring.

That it is done once, the database sees to: a successor's number is unique, and everything else comes out the same
whoever does it and however often.
"""

import secrets
from datetime import datetime, timedelta

import structlog
from mongoengine.errors import NotUniqueError

from auth_service.models import SigningKey
from auth_service.protocol import key_material
from auth_service.protocol.key_ring import KeyRing
from auth_service.protocol.sealed import Sealer, signing_key_context
from auth_service.settings import Settings

log = structlog.get_logger("signing_keys")

#: By how much the clocks of replicas may differ, and for how long one may go on with what it has read.
LEEWAY = timedelta(minutes=1)

#: For how long it stays on record that a key was revoked.
REVOKED_KEPT = timedelta(days=30)


class KeyRotation:
    """The rules of rotation under these settings."""

    def __init__(self, settings: Settings, sealer: Sealer) -> None:
        self._algorithms = settings.signing_algorithms
        self._interval = settings.signing_key_rotation_interval
        self._overlap = settings.signing_key_overlap
        self._longest_token = max(settings.id_token_lifetime, settings.access_token_lifetime)
        self._hints_kept = settings.session_absolute_lifetime
        self._sealer = sealer

    def add_due(self, ring: KeyRing, now: datetime) -> bool:
        """Make what is missing or due; True when the ring has to be read again."""
        added = [self._add_due(ring, alg, now) for alg in self._algorithms]
        return any(added)

    def add_all(self, ring: KeyRing, now: datetime) -> None:
        """Make a successor now of every key that has none, due or not."""
        for alg in self._algorithms:
            if ring.waiting(alg, now) is None:
                self._create(ring, alg, now, now + self._overlap)

    def _add_due(self, ring: KeyRing, alg: str, now: datetime) -> bool:
        current, waiting = ring.current(alg, now), ring.waiting(alg, now)
        if current is None and waiting is not None:
            return self._activate(waiting, now)
        if current is None:  # nobody can wait for this one: there is no other to sign with
            return self._create(ring, alg, now, activates_at=now)
        if waiting is None and now >= current.activates_at + self._interval - self._overlap:
            return self._create(ring, alg, now, activates_at=self._turn(current, now))
        return False

    def successor_due_at(self, key: SigningKey, now: datetime) -> datetime | None:
        """When a key takes over from this one that is not there yet; None where it is, or none will come."""
        is_followed = (
            key.alg in self._algorithms and key.state_at(now) == "current" and key.retires_at is None
        )
        return self._turn(key, now) if is_followed else None

    def _turn(self, current: SigningKey, now: datetime) -> datetime:
        """However late this is, clients get their time: until then the old key goes on."""
        return max(current.activates_at + self._interval, now + self._overlap)

    def _create(self, ring: KeyRing, alg: str, now: datetime, activates_at: datetime) -> bool:
        generation = max((key.generation for key in ring.generations(alg)), default=0) + 1
        kid = secrets.token_hex(8)
        key = key_material.generate(alg, kid)
        try:
            SigningKey(
                kid=kid,
                alg=alg,
                generation=generation,
                public_jwk=key_material.public_jwk(key),
                encrypted_private_key=self._sealer.seal(key_material.pack(key), signing_key_context(kid)),
                created_at=now,
                activates_at=activates_at,
            ).save(force_insert=True)
        except NotUniqueError:  # another replica was quicker; its key is as good
            return True
        log.info("signing_key_created", kid=kid, alg=alg, activates_at=activates_at.isoformat())
        return True

    def _activate(self, key: SigningKey, now: datetime) -> bool:
        SigningKey.objects(kid=key.kid, revoked_at=None, activates_at__gt=now).update_one(
            set__activates_at=now
        )
        log.warning("signing_key_activated_early", kid=key.kid, alg=key.alg)
        return True

    def settle(self, ring: KeyRing, now: datetime) -> bool:
        """Write down when each key retires and is forgotten; True when the ring has to be read again."""
        settled = [self._settle(ring, key, now) for key in ring.keys if key.revoked_at is None]
        return any(settled)

    def _settle(self, ring: KeyRing, key: SigningKey, now: datetime) -> bool:
        retires_at = self._retirement(ring, key, now)
        dates = self._dates(key, retires_at)
        if all(getattr(key, name) == date for name, date in dates.items()):
            return False
        SigningKey.objects(kid=key.kid, revoked_at=None).update_one(
            **{f"set__{name}": date for name, date in dates.items()}
        )
        return True

    def _retirement(self, ring: KeyRing, key: SigningKey, now: datetime) -> datetime | None:
        """When its successor takes over; what has happened stays, also if the successor was revoked since."""
        if key.retires_at is not None and key.retires_at <= now:
            return key.retires_at
        generations = ring.generations(key.alg)
        later = generations[generations.index(key) + 1 :]
        successor = next((key for key in later if key.revoked_at is None), None)
        if successor is not None:
            return successor.activates_at
        is_over = key.alg not in self._algorithms and key.activates_at + self._interval <= now
        return now if is_over else None

    def _dates(self, key: SigningKey, retires_at: datetime | None) -> dict[str, datetime | None]:
        """The dates that follow. Lifetimes that were made shorter since do not count for what is already signed."""
        if retires_at is None:
            return {"retires_at": None, "published_until": None, "expires_at": None}
        published_until = retires_at + self._longest_token + LEEWAY
        if key.retires_at == retires_at and key.published_until is not None:
            published_until = max(published_until, key.published_until)
        expires_at = published_until + self._hints_kept
        return {"retires_at": retires_at, "published_until": published_until, "expires_at": expires_at}

    def retire_unconfigured(self, ring: KeyRing, now: datetime) -> None:
        """Retire the keys of algorithms that this server was told to give up."""
        for alg in set(ring.algorithms()) - set(self._algorithms):
            for key in ring.generations(alg):
                if key.state_at(now) == "next":
                    key.delete()  # it never signed
                elif key.state_at(now) == "current":
                    dates = self._dates(key, now)
                    SigningKey.objects(kid=key.kid).update_one(**{f"set__{n}": d for n, d in dates.items()})
                    log.info("signing_key_retired", kid=key.kid, alg=alg)
