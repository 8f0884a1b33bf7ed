"""Values that no parameter expects."""

from urllib.parse import quote

import pytest

NASTY = {
    "nothing": "",
    "a blank": " ",
    "non-ASCII": "ünïcödé 漢字 🎭",
    "not UTF-8": b"\xff\xfe\xc3(",
    "NUL": "a\x00b",
    "line breaks": "a\r\nSet-Cookie: x=y\r\n\r\n<b>",
    "every control character": "".join(map(chr, [*range(1, 32), *range(127, 160)])),
    "quotes and tags": "\"'><script>alert(1)</script>`${7*7}{{7*7}}",
    "a Mongo operator": '{"$ne": null}',
    "a format string": "%s%n%x %00 %zz %",
    "direction marks": "\u202egnp.exe\u2066\ufeff",
    "a lone surrogate": "\ud800",
    "a huge number": "9" * 400,
    "a negative number": "-1",
    "very long": "x" * 5000,
}
KINDS_OF_JSON = (None, True, 0, -1, 1.5, 10**400, "", [], ["x", 1, None], {}, {"$ne": None}, [[]], "\x00")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

every_value = pytest.mark.parametrize("value", NASTY.values(), ids=NASTY.keys())


def percent_encode(value: str | bytes) -> str:
    """Every byte of it that is not a letter or digit as `%XX`; a lone surrogate as CESU-8 has it."""
    return quote(value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value, safe="")


def encode(parameters: dict[str, str | bytes]) -> str:
    """A query or form of bytes that need not be text."""
    return "&".join(f"{percent_encode(name)}={percent_encode(value)}" for name, value in parameters.items())
