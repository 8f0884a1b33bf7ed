"""Secrets of a local system: made on first use, kept in files that only their owner can read."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def hexadecimal() -> str:
    """Make 256 random bits as 64 hexadecimal characters, which every URL and file format leaves alone."""
    return secrets.token_hex(32)


def key() -> str:
    """Make 32 random bytes in base64url, as GATEHOUSE_KEY_ENCRYPTION_KEY wants them."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def read_or_make(directory: Path, name: str, make: Callable[[], str] = hexadecimal) -> str:
    """Return the secret of that name, made now if there is none yet."""
    path = directory / name
    if not path.exists():
        write(directory, name, make())
    return path.read_text()


def write(directory: Path, name: str, value: str) -> None:
    """Put the secret in place whole: an interrupted start leaves no half one."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / name
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(value)
    draft.rename(path)
