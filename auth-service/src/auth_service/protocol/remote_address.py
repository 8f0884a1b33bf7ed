"""Where this server may be sent by others' metadata: the URLs and addresses that it is willing to call.

Whoever registers a client chooses URLs that we fetch (OIDC Registration §9.1, RFC 7591 §5). Nothing of that may
reach what only this machine or its network can reach.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

#: Host name to addresses, as text; raises OSError.
Resolver = Callable[[str], list[str]]

_DEFAULT_PORTS = {"https": 443, "http": 80}
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
#: Global by their registry, and yet no place of the public internet: tunnels that carry an IPv4 address
#: inside (Teredo, 6to4 and its relays), documentation, and the metadata service of one cloud.
_REFUSED: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("168.63.129.16/32"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)


class RemoteDocumentError(Exception):
    """A document could not be had from elsewhere. `reason` is for the operator alone: it may tell of our network."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Target:
    """The parts of a URL that a request is made of. `host` is without brackets, `path` is with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str, demo: bool) -> Target:
    """https alone, and http in the demo; no credentials, no low ports; raises RemoteDocumentError."""
    if not url.isascii() or "\\" in url or any(character <= " " or character == "\x7f" for character in url):
        raise RemoteDocumentError("the URL has characters that do not belong in one")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise RemoteDocumentError("the URL cannot be parsed") from None
    if parts.scheme != "https" and not (demo and parts.scheme == "http"):
        raise RemoteDocumentError("the URL is not https")
    if not host or "%" in host or "@" in parts.netloc:
        raise RemoteDocumentError("the URL has no plain host, or credentials")
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if port < 1024 and port != _DEFAULT_PORTS[parts.scheme]:
        # Behind the other low ports are services that speak no HTTP: mail, files, remote shells.
        raise RemoteDocumentError(f"port {port} is not one of a web server")
    return Target(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def system_resolver(host: str) -> list[str]:
    """What the machine's resolver says; it also reads the odd spellings of an address, like 0x7f.1."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def checked_addresses(target: Target, demo: bool, resolve: Resolver) -> list[str]:
    """The addresses to connect to, every one of them allowed; raises RemoteDocumentError.

    The name is resolved here and nowhere else: to check one answer and connect by another is what DNS rebinding
    waits for.
    """
    try:
        addresses = [parse_address(text) for text in resolve(target.host)]
    except (OSError, UnicodeError, ValueError):
        raise RemoteDocumentError("the host has no address") from None
    if not addresses:
        raise RemoteDocumentError("the host has no address")
    for address in addresses:
        allowed = is_public(address) and target.scheme == "https"
        if not allowed and not (demo and address.is_loopback):
            raise RemoteDocumentError(f"{address} is no address that {target.scheme} may be fetched from")
    return [str(address) for address in addresses]


def parse_address(text: str) -> IPv4Address | IPv6Address:
    """The address that is meant: an IPv4 address may come dressed as IPv6."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is one host on the public internet."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
        if address not in _GLOBAL_UNICAST:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _REFUSED)
    )
