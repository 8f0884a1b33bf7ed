"""Bearer secrets: 256 random bits for their holder, a SHA-256 for the database."""

import base64
import hashlib
import secrets


def generate_secret(prefix: str = "") -> str:
    """A new secret: the prefix (so that scanners can find leaked ones) and 43 base64url characters."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """The id a secret is stored under: base64url of its SHA-256, 43 characters."""
    digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
