"""One HTTP exchange with a server that somebody else chose, on a connection of its own.

The standard library's HTTP client, on a socket that is connected here: to the address that was checked, whatever
the name resolves to a moment later. It knows no proxies, no cookies, no netrc, follows no redirect by itself and
unpacks nothing. Whoever waits can cut the exchange off at any point, be it in the TLS handshake.
"""

import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TypeVar
from urllib.parse import urljoin

from auth_service.protocol.remote_address import (
    RemoteDocumentError,
    Resolver,
    Target,
    checked_addresses,
    parse_target,
)

Socket = TypeVar("Socket", bound=socket.socket)

MAX_REDIRECTS = 3
#: A name may have hundreds of addresses, and none of them need answer.
MAX_ADDRESSES = 4
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Call:
    """What is sent, and how much of an answer is taken. `accept` holds media types; empty: any will do.

    Without `redirects` the answer has to come from the URL itself. Those of a POST are never followed.
    """

    method: str
    url: str
    max_bytes: int
    accept: tuple[str, ...] = ()
    body: bytes | None = None
    redirects: bool = True

    def headers(self, target: Target) -> dict[str, str]:
        """Nothing of ours but a name. Compression is not asked for: it would hide the size."""
        headers = {
            "Host": target.authority,
            "User-Agent": "Gatehouse",
            "Accept": ", ".join(self.accept) or "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if self.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return headers


@dataclass(frozen=True)
class Answer:
    """What came back. `content_type` is the bare media type in lower case."""

    status: int
    content: bytes
    content_type: str
    cache_control: str


@dataclass
class Exchange:
    """A call under way. `run` is for one thread, `abort` for another. `deadline` is monotonic."""

    call: Call
    demo: bool
    resolve: Resolver
    tls: ssl.SSLContext
    deadline: float
    _aborted: threading.Event = field(default_factory=threading.Event)
    _socket: socket.socket | None = None

    def run(self) -> Answer:
        """Make the call, following the redirects of a GET; raises RemoteDocumentError."""
        url = self.call.url
        try:
            for _ in range(MAX_REDIRECTS + 1):
                self._seconds_left()
                target = parse_target(url, self.demo)
                answer, location = self._call(target)
                if location is None:
                    return answer
                url = urljoin(url, location)
                if target.scheme == "https" and not url.lower().startswith("https:"):
                    raise RemoteDocumentError("redirected from https to something less")
        except (OSError, HTTPException, ValueError) as error:
            # What the other side sent is not repeated: it may be long, or odd.
            took_too_long = self._aborted.is_set() or isinstance(error, TimeoutError)
            reason = "cut off: it took too long" if took_too_long else f"failed: {type(error).__name__}"
            raise RemoteDocumentError(reason) from None
        raise RemoteDocumentError(f"redirected more than {MAX_REDIRECTS} times")

    def abort(self) -> None:
        """Cut the exchange off, wherever it stands."""
        self._aborted.set()
        if self._socket is not None:
            with suppress(OSError):
                # Not the TLS socket's own method, which would first take the encryption away under the reader.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _call(self, target: Target) -> tuple[Answer, str | None]:
        """One hop: the answer, and where it redirects to if it does."""
        connection = HTTPConnection(target.host, target.port)
        with self._connect(target) as connection.sock:
            connection.request(self.call.method, target.path, self.call.body, self.call.headers(target))
            with connection.getresponse() as response:
                location = response.headers.get("Location")
                followed = self.call.method == "GET" and self.call.redirects
                if followed and response.status in _REDIRECTS and location:
                    return Answer(response.status, b"", "", ""), location
                return self._read(response), None

    def _connect(self, target: Target) -> socket.socket:
        """A connection to one of the addresses that were checked. Each has its share of the time that is left."""
        failure = OSError()
        addresses = checked_addresses(target, self.demo, self.resolve)[:MAX_ADDRESSES]
        for place, address in enumerate(addresses):
            share = self._seconds_left() / (len(addresses) - place)
            try:
                return self._open(address, target, share)
            except OSError as error:
                failure = error
        raise failure

    def _open(self, address: str, target: Target, patience: float) -> socket.socket:
        """A connection to that address; under https its certificate must be the name's."""
        plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        try:
            plain.settimeout(patience)
            self._watched(plain).connect((address, target.port))
            plain.settimeout(self._seconds_left())
            if target.scheme == "http":
                return plain
            secured = self.tls.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
        except BaseException:
            plain.close()
            raise
        try:
            self._watched(secured).do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured

    def _seconds_left(self) -> float:
        """Until the deadline; raises TimeoutError when nobody waits any more: nothing new is begun then."""
        left = self.deadline - time.monotonic()
        if left <= 0 or self._aborted.is_set():
            raise TimeoutError
        return left

    def _watched(self, opened: Socket) -> Socket:
        """The same socket, known to `abort` from now on."""
        self._socket = opened
        if self._aborted.is_set():
            raise TimeoutError
        return opened

    def _read(self, response: HTTPResponse) -> Answer:
        """The answer, if it is whole, small enough and not packed; of the answer to a POST the status alone."""
        if self.call.method == "POST":
            return Answer(response.status, b"", "", "")
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise RemoteDocumentError("the answer is compressed, which was not asked for")
        content = response.read(self.call.max_bytes + 1)
        if len(content) > self.call.max_bytes:
            raise RemoteDocumentError(f"the answer is longer than {self.call.max_bytes} bytes")
        if self._aborted.is_set() or response.length:
            raise OSError("the answer is not whole")
        return Answer(
            response.status,
            content,
            response.headers.get_content_type() if "Content-Type" in response.headers else "",
            response.headers.get("Cache-Control", ""),
        )
