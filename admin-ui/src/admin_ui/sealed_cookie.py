"""What the browser keeps for us but can neither read nor change: a JWE cookie (RFC 7516, `dir`, A256GCM)."""

import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

LARGEST = 3900  # bytes; browsers drop a cookie whose name, value and attributes pass 4096


class TooLarge(ValueError):
    """The content does not fit into a cookie."""


def derive_key(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose alone (RFC 5869), so that a cookie of one kind is none of another."""
    info = f"gatehouse admin-ui {purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret.encode())


class CookieSealer:
    """Encrypts and authenticates one kind of cookie."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = OctKey.import_key(derive_key(secret, purpose))

    def seal(self, content: dict[str, Any]) -> str:
        """The cookie's value; raises TooLarge."""
        header = {"alg": "dir", "enc": "A256GCM"}
        plain = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        value = jwe.encrypt_compact(header, plain, self._key)
        if len(value) > LARGEST:
            raise TooLarge
        return value

    def unseal(self, value: str) -> dict[str, Any] | None:
        """What was sealed; None for anything else."""
        if not value or len(value) > LARGEST:
            return None
        try:
            opened = jwe.decrypt_compact(value, self._key, algorithms=["dir", "A256GCM"])
            content = json.loads(opened.plaintext or b"")
        except (JoseError, ValueError):  # ValueError: not base64url, not UTF-8, not JSON
            return None
        return content if isinstance(content, dict) else None
