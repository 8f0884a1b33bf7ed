"""Redirect URIs (RFC 6749 §3.1.2): compared as strings, except for a native app's loopback port."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import SplitResult, urlencode, urlsplit

#: Where no app can hide script: refused at registration and, should one ever be stored, when redirecting.
DANGEROUS_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "view-source"})


def matches(registered: str, presented: str, native: bool) -> bool:
    """RFC 9700 §4.1.3: exact string match; RFC 8252 §7.3: native apps may use any port on a loopback address."""
    if registered == presented:
        return True
    return native and _without_loopback_port(registered) == _without_loopback_port(presented) is not None


def _without_loopback_port(uri: str) -> tuple[str, ...] | None:
    """The parts of a loopback http URI but for its port; None for any other URI.

    Also for one that parsing changes, as it does by leaving line breaks and an empty fragment out: it could be no
    more than similar.
    """
    try:
        parts = urlsplit(uri)
        _port = parts.port
        if (
            parts.geturl() != uri
            or parts.scheme != "http"
            or "@" in parts.netloc
            or not is_loopback_literal(parts)
        ):
            return None
    except ValueError:
        return None
    return (str(parts.hostname), parts.path, parts.query, parts.fragment)


def is_loopback_literal(parts: SplitResult) -> bool:
    """Whether the host is a loopback IP literal; `localhost` is not (RFC 8252 §8.3)."""
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def with_parameters(uri: str, parameters: Iterable[tuple[str, str]]) -> str:
    """The URI with these added to its query; all else of it stays as it is, which parsing would not let it."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(list(parameters))}"


def is_safe_to_redirect(uri: str) -> bool:
    """Whether a browser may be sent there: an absolute URI that does not run script."""
    try:
        scheme = urlsplit(uri).scheme.lower()
    except ValueError:
        return False
    return bool(scheme) and scheme not in DANGEROUS_SCHEMES
