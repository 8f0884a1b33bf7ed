"""The search itself: what it would not find, the tests beside it would not either."""

import base64
import secrets
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.e2e.used_secrets import SHORTEST, UsedSecrets

WRITTEN: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda secret: secret.encode(),
    "in JSON": lambda secret: f'{{"token":"{secret}"}}'.encode(),
    "URL-encoded": lambda secret: quote(f"code={secret}", safe="").encode(),
    "in base64": lambda secret: base64.b64encode(secret.encode()),
    "in base64url": lambda secret: base64.urlsafe_b64encode(secret.encode()).rstrip(b"="),
    "in Basic, after an id of 3n": lambda secret: base64.b64encode(f"ab:{secret}".encode()),
    "in Basic, after an id of 3n+1": lambda secret: base64.b64encode(f"abc:{secret}".encode()),
    "in Basic, after an id of 3n+2": lambda secret: base64.b64encode(f"abcd:{secret}".encode()),
}


@pytest.mark.parametrize("manner", WRITTEN)
@pytest.mark.parametrize("length", [SHORTEST, 13, 14, 47, 600])
def test_a_secret_is_found_however_it_is_written(manner: str, length: int) -> None:
    used = UsedSecrets()
    secret = used.add("secret", "a b~é?&"[: 7 if length > 40 else 0] + secrets.token_urlsafe(length)[:length])
    used.add("secret", secrets.token_urlsafe(32))
    text = b"2026 some line " + WRITTEN[manner](secret) + b" and its end"
    assert {found[1] for found in used.found_in(text)} == {f"{secret[:8]}…"}


@pytest.mark.parametrize("manner", WRITTEN)
@pytest.mark.parametrize("dash", ["-", ""])
def test_a_user_code_is_found_though_it_is_short(manner: str, dash: str) -> None:
    used = UsedSecrets()
    used.collect_members({"user_code": "BCDF-GHJK"})
    text = b"2026 some line " + WRITTEN[manner](f"BCDF{dash}GHJK") + b" and its end"
    assert {found[0] for found in used.found_in(text)} == {"user_code"}


def test_what_is_not_there_is_not_found() -> None:
    used = UsedSecrets()
    used.add("secret", "x" * 8 + secrets.token_urlsafe(32))
    assert used.found_in(b"x" * 8 + secrets.token_urlsafe(200).encode()) == []
