"""Passwords: argon2id, bounded in how many are hashed at once; in the demo, the one that everybody has."""

import ctypes
import hmac
import threading
from typing import TYPE_CHECKING

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from auth_service.models import User
from auth_service.protocol.sign_in_throttle import SignInAttempt

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

DEMO_PASSWORD = "valid"

#: Longer ones cost time to hash, and nobody has them.
LONGEST_PASSWORD = 1024

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)

_M_MMAP_THRESHOLD = -3  # of glibc's malloc.h


def _give_memory_back() -> None:
    """Have glibc map each hash's 19 MiB and unmap it afterwards; else every thread keeps as much for good."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):  # other C libraries do so without being told
        mallopt(_M_MMAP_THRESHOLD, 1024 * 1024)


_give_memory_back()

#: Compared against when there is no such account, so that the answer takes as long.
_nobody = _hasher.hash("nobody has this password")


class TooManySignIns(Exception):
    """All hashing places are taken; whoever asks may try again in a few seconds."""


class Passwords:
    """Checks and hashes passwords. Each hash takes 33 ms of a core and 19 MiB, hence the bound."""

    def __init__(self, concurrency: int, patience: float = 2) -> None:
        """Let so many hash at once; others wait so many seconds for their turn."""
        self._places = threading.BoundedSemaphore(concurrency)
        self.patience = patience

    def hash(self, password: str) -> str:
        """The argon2id hash; raises TooManySignIns."""
        with self._place():
            return _hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right; takes the same time when there is no hash. Raises TooManySignIns."""
        with self._place():
            try:
                return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
            except (VerificationError, InvalidHashError):
                return False

    def _place(self) -> "_Place":
        return _Place(self._places, self.patience)


class _Place:
    """One of the hashing places, waited for a while."""

    def __init__(self, places: threading.BoundedSemaphore, patience: float) -> None:
        self._places, self._patience = places, patience

    def __enter__(self) -> None:
        if not self._places.acquire(timeout=self._patience):
            raise TooManySignIns

    def __exit__(self, *_error: object) -> None:
        self._places.release()


def authenticate(server: "AuthorizationServer", username: str, password: str, address: str) -> User | None:
    """The user whose name and password these are, or None. Raises TooManyFailures, TooManySignIns."""
    attempt = SignInAttempt(address, username, server.clock.now())
    if len(password) > LONGEST_PASSWORD:
        return None
    user = (
        _demo_user(server, username, password) if server.settings.demo else _user(server, username, password)
    )
    if user is not None:
        attempt.succeeded()
    return user


def _user(server: "AuthorizationServer", username: str, password: str) -> User | None:
    user = User.find(username)
    right = server.passwords.verify(user.password_hash if user else None, password)
    return user if right else None


def _demo_user(server: "AuthorizationServer", username: str, password: str) -> User | None:
    """In the demo any name will do and is made into an account on the spot."""
    if not hmac.compare_digest(password.encode("utf-8", "replace"), DEMO_PASSWORD.encode()):
        return None
    try:
        return User.find_or_create(username, server.clock.now())
    except ValueError:
        return None
