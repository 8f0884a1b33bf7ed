"""The URIs of a registration (RFC 7591 §2, OIDC Registration §2): where people, browsers and this server are sent."""

import re
from urllib.parse import SplitResult, urlsplit

from auth_service.protocol.redirect_uri import DANGEROUS_SCHEMES
from auth_service.settings import is_loopback

_NOT_IN_A_URI = re.compile(r'[^!-~]|["<>\\^`{|}]|%(?![0-9A-Fa-f]{2})')


def _split(uri: str) -> SplitResult:
    """The parts of an absolute URI of printable ASCII (RFC 3986) without userinfo; ValueError otherwise."""
    if _NOT_IN_A_URI.search(uri):
        raise ValueError("must be a URI of printable ASCII: percent-encode everything else")
    try:
        parts = urlsplit(uri)
        _port = parts.port
    except ValueError:
        raise ValueError("is not a URI: its host or port is malformed") from None
    if not parts.scheme:
        raise ValueError("must be absolute, like https://app.example.com/")
    if parts.scheme in DANGEROUS_SCHEMES:
        raise ValueError(f"must not use the scheme {parts.scheme}:")
    if parts.scheme in ("http", "https") and not parts.hostname:
        raise ValueError("must have a host")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user name or password")
    return parts


def check_web_url(url: str) -> str:
    """A page or a picture for people: an http or https URL."""
    if _split(url).scheme not in ("http", "https"):
        raise ValueError("must be an http or https URL")
    return url


def check_https_url(url: str) -> str:
    """A URL that must not be read or changed on its way: https."""
    if _split(url).scheme != "https":
        raise ValueError("must be an https URL")
    return url


def check_document_url(url: str) -> str:
    """What this server fetches or calls: https; plain http on loopback, which only the demo follows."""
    if _split(url).scheme != "https" and not is_loopback_http(url):
        raise ValueError("must be an https URL")
    return url


def check_logout_uri(uri: str) -> str:
    """OIDC Back-Channel Logout §2.2, Front-Channel Logout §2: absolute, without a fragment."""
    if "#" in uri:
        raise ValueError("must not have a fragment (#...)")
    return check_document_url(uri)


def check_redirect_uri(uri: str) -> str:
    """RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252 §7: exact, absolute, and not to be caught by others."""
    if "#" in uri:
        raise ValueError("must not have a fragment (#...)")
    if "*" in uri:
        raise ValueError("must not have a wildcard (*): redirect URIs are compared exactly")
    parts = _split(uri)
    if parts.scheme == "http" and not is_loopback(uri):
        raise ValueError("must be https; plain http is for loopback addresses only")
    if parts.scheme not in ("http", "https") and "." not in parts.scheme:
        raise ValueError(
            "must be https, or for native apps a scheme with a dot, like com.example.app:/callback"
        )
    return uri


def is_loopback_http(uri: str) -> bool:
    """Whether it is plain http on this machine."""
    return urlsplit(uri).scheme == "http" and is_loopback(uri)


def origin(uri: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, the port of the scheme when none is given."""
    parts = urlsplit(uri)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


def shown_host(uri: str) -> tuple[str, str, int | None]:
    """Where a redirect URI leads, as the consent page shows it; on loopback whatever the port, which is not the app's.

    An app's own scheme stands alone: what follows it says nothing about who answers.
    """
    if urlsplit(uri).scheme not in ("http", "https"):
        return urlsplit(uri).scheme, "", None
    scheme, host, port = origin(uri)
    return scheme, host, None if is_loopback(uri) else port
