"""Redirect URIs checked line by line, with the reason (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1)."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from admin_ui.settings import is_loopback

LONGEST = 2000  # characters
MOST = 50  # addresses in one field, as the admin API has it
NEVER = {"javascript", "data", "vbscript", "file", "blob", "about", "view-source"}
NOT_IN_A_URI = re.compile(r'[^!-~]|["<>\\^`{|}]|%(?![0-9A-Fa-f]{2})')


@dataclass(frozen=True)
class Line:
    """One line as typed, and why it cannot be registered; an empty reason means that it can."""

    number: int
    text: str
    reason: str


def lines_of(text: str) -> list[str]:
    """The URIs of a text area: one a line, blank lines left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def check_lines(text: str, native: bool) -> list[Line]:
    """Every line with its verdict, in order."""
    checked: list[Line] = []
    seen: set[str] = set()
    for number, uri in enumerate(lines_of(text), start=1):
        reason = "is there twice" if uri in seen else reason_against(uri, native)
        checked.append(Line(number, uri, reason))
        seen.add(uri)
    return checked


def reason_against_number(lines: list[Line]) -> str:
    """Why so many cannot be registered, or an empty string."""
    return f"{len(lines)} addresses are too many: {MOST} at most." if len(lines) > MOST else ""


def reason_against(uri: str, native: bool) -> str:
    """Why the URI cannot be registered to send people back to, or an empty string."""
    parts = _split(uri)
    if isinstance(parts, str):
        return parts
    if "*" in uri:
        return "has a wildcard; every address is compared exactly, so write each on its own line"
    if "#" in uri:
        return "has a fragment (#…), where the answer itself may have to go"
    return _reason_against_parts(parts) if is_web(parts) else _reason_against_scheme(parts, native)


def reason_against_web_address(uri: str) -> str:
    """Why the URI cannot be that of a page, a picture or a document, or an empty string."""
    parts = _split(uri)
    if isinstance(parts, str):
        return parts
    if not is_web(parts):
        return f"begins with {parts.scheme}: where it should begin with https://"
    return _reason_against_parts(parts)


def is_web(parts: SplitResult) -> bool:
    """Whether it is http or https."""
    return parts.scheme in ("http", "https")


def _split(uri: str) -> SplitResult | str:
    """The parts of an absolute URI, or why it is none."""
    if len(uri) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if NOT_IN_A_URI.search(uri):
        return "has a character that no URI may hold as it is; percent-encode it"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "is not a valid URL"
    if not parts.scheme:
        return "is not absolute: begin with https://"
    return "has a user name or password in it" if "@" in parts.netloc else parts


def _reason_against_parts(parts: SplitResult) -> str:
    if not parts.hostname:
        return "has no host"
    if parts.scheme == "http" and not is_loopback(parts.geturl()):
        return "is plain http, which is only safe on this machine: use https"
    return ""


def _reason_against_scheme(parts: SplitResult, native: bool) -> str:
    if parts.scheme in NEVER:
        return f"uses {parts.scheme}:, which would run or read something in the browser"
    if not native:
        return "uses a scheme of its own, which only native applications may"
    if "." not in parts.scheme:
        return "needs a scheme that is a domain of yours reversed, like com.example.app:/callback"
    return ""
