"""What is stored but must not be readable from the database alone: encrypted with AES-GCM under a key outside of it.

Each sealed value is bound to its place, its context, so that whoever may write the database cannot swap two of them.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth_service.settings import Settings

_NONCE_LENGTH = 12


class Unsealable(Exception):
    """Opens with no key encryption key that is configured: sealed under another one, for another place, or altered."""


class Sealer:
    """Seals with `KEY_ENCRYPTION_KEY`; opens also what `PREVIOUS_KEY_ENCRYPTION_KEY` sealed."""

    def __init__(self, settings: Settings) -> None:
        self._newest = AESGCM(settings.encryption_key)
        previous = settings.previous_encryption_key
        self._previous = AESGCM(previous) if previous is not None else None

    def seal(self, plain: bytes, context: str) -> bytes:
        """A nonce and the encrypted text, which open in the same context only."""
        nonce = secrets.token_bytes(_NONCE_LENGTH)
        return nonce + self._newest.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plain text; raises Unsealable."""
        plain = _decrypt(self._newest, sealed, context)
        if plain is None and self._previous is not None:
            plain = _decrypt(self._previous, sealed, context)
        if plain is None:
            raise Unsealable(f"{context} does not open with the configured key encryption key")
        return plain

    def reseal(self, sealed: bytes, context: str) -> bytes | None:
        """The same sealed with the newest key, None where it is that already; raises Unsealable."""
        if _decrypt(self._newest, sealed, context) is not None:
            return None
        return self.seal(self.open(sealed, context), context)


def _decrypt(cipher: AESGCM, sealed: bytes, context: str) -> bytes | None:
    try:
        return cipher.decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], context.encode())
    except (InvalidTag, ValueError):  # ValueError: too short to be anything that was sealed
        return None


def signing_key_context(kid: str) -> str:
    """Where a private signing key belongs: the bare `kid`, as it has been from the first version on."""
    return kid


def client_secret_context(client_id: str) -> str:
    """Where a client's `encrypted_secret` belongs. No `kid` has a colon."""
    return f"client_secret:{client_id}"


def server_secret_context(name: str) -> str:
    """Where one of the server's own secrets belongs."""
    return f"server_secret:{name}"
