"""User codes (RFC 8628 §6.1): what a device shows and a person types."""

import base64
import hmac
import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

#: RFC 8628 §6.1: no vowels, so that no words come about, and no digits, which look like letters.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8

_LONGEST_INPUT = 100


def generate_user_code() -> str:
    """A new one, as it is shown: `BCDF-GHJK`, 34 random bits."""
    return shown("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def shown(letters: str) -> str:
    """In two halves, which are easier to carry over."""
    return f"{letters[: LENGTH // 2]}-{letters[LENGTH // 2 :]}"


def normalise(typed: str) -> str | None:
    """The code that a person typed, in whatever case and with whatever between the letters; None if it is none."""
    letters = re.sub(r"[^A-Z]", "", typed[:_LONGEST_INPUT].upper())
    return shown(letters) if len(letters) == LENGTH and set(letters) <= set(ALPHABET) else None


def hash_user_code(server: "AuthorizationServer", user_code: str) -> str:
    """What is stored: 34 bits would be found by trying, but for a key that does not open with the database alone."""
    digest = hmac.digest(server.secrets.user_code_key(), user_code.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
