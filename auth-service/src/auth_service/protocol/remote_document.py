"""Documents that others' metadata points at (`jwks_uri`, `request_uri`, `sector_identifier_uri`, `logo_uri`).

The one place from which this server calls a URL that somebody else chose. What may be called is decided in
`remote_address`, how in `remote_exchange`, how much at once in `remote_calls`; here is what is remembered, and for
how long.
"""

import re
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urldefrag, urlencode

import certifi
import structlog

from auth_service.clock import Clock
from auth_service.protocol.remote_address import RemoteDocumentError, Resolver, system_resolver
from auth_service.protocol.remote_calls import RemoteCalls
from auth_service.protocol.remote_exchange import Answer, Call, Exchange
from auth_service.settings import Settings

__all__ = ["RemoteDocument", "RemoteDocumentError", "RemoteDocuments"]

log = structlog.get_logger("protocol")

#: What a whole exchange may take, in seconds: name, connection, redirects and answer.
TIMEOUT = 5.0
#: What a process remembers at most.
MAX_DOCUMENTS, MAX_REMEMBERED_BYTES = 500, 16 * 1024**2
#: A document is kept at least this long whatever its server says, and a failure exactly this long.
MIN_AGE = timedelta(seconds=10)


@dataclass(frozen=True)
class RemoteDocument:
    """A document as it was fetched. `content_type` is the bare media type in lower case, "" for none."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Remembered:
    """The last good document of a URL with when it was fetched, and the failure since, if there was one."""

    document: RemoteDocument | None = None
    fetched_at: datetime | None = None
    #: Its own server's bound on how long it may be kept.
    max_age: timedelta = timedelta.max
    failure: str | None = None
    failed_at: datetime | None = None
    #: When somebody wanted it anew, however young it was.
    renewed_at: datetime | None = None

    def fresh(self, max_age: timedelta, now: datetime) -> RemoteDocument | None:
        """The document if it is young enough; raises the failure again if there was one a moment ago."""
        if self.fetched_at is not None and now - self.fetched_at < min(max_age, max(self.max_age, MIN_AGE)):
            return self.document
        if self.failure is not None and self.failed_at is not None and now - self.failed_at < MIN_AGE:
            raise RemoteDocumentError(self.failure)
        return None

    def may_be_renewed(self, now: datetime) -> bool:
        """Whether nobody wanted it anew a moment ago: no stranger shall make us hammer a client's host."""
        return self.renewed_at is None or now - self.renewed_at >= MIN_AGE


class RemoteDocuments:
    """The guarded fetcher. A process has one for requests, and one for deliveries; any thread may call its methods.

    `demo` mode is where plain http on loopback is followed too (`remote_address`).
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._demo = settings.demo
        self._clock = clock
        self._resolve = resolve
        self._tls = tls
        self._timeout = timeout
        self._calls = RemoteCalls(settings.web_threads)
        self._lock = threading.Lock()
        self._remembered: OrderedDict[Call, Remembered] = OrderedDict()

    def get(
        self,
        url: str,
        *,
        accept: tuple[str, ...] = (),
        max_bytes: int,
        max_age: timedelta,
        anew: bool = False,
        redirects: bool = True,
    ) -> RemoteDocument:
        """The document, at most `max_age` old; `accept`: the media types that will do, empty for any.

        Without `redirects` it has to be at the URL itself. `anew` asks for it now, unless somebody did so a moment
        ago. Raises RemoteDocumentError. Those who ask for the same at once share one fetch.
        """
        call = Call("GET", urldefrag(url).url, max_bytes, accept, redirects=redirects)
        with self._lock:
            now = self._clock.now()
            remembered = self._remembered.get(call, Remembered())
            renewed = anew and remembered.may_be_renewed(now)
            if not renewed and (document := remembered.fresh(max_age, now)):
                self._remembered.move_to_end(call)
                return document
            under_way = self._calls.join(self._exchange(call), self._fetch_and_remember)
            if renewed:
                self._remembered[call] = replace(remembered, renewed_at=now)
        return self._calls.wait(under_way)

    def post(self, url: str, form: Mapping[str, str]) -> int:
        """Send a form; returns the status, whatever it is. No redirect is followed. Raises RemoteDocumentError."""
        call = Call("POST", url, 0, body=urlencode(form).encode())
        return self._calls.wait(
            self._calls.join(self._exchange(call), lambda exchange: exchange.run().status)
        )

    def _exchange(self, call: Call) -> Exchange:
        return Exchange(
            call, self._demo, self._resolve, self._tls or public_trust(), time.monotonic() + self._timeout
        )

    def _fetch_and_remember(self, exchange: Exchange) -> RemoteDocument:
        call = exchange.call
        changes: dict[str, Any] = {}
        try:
            answer = exchange.run()
            document = to_document(call, answer)
            max_age = its_own_max_age(answer.cache_control)
            changes = {
                "document": document,
                "fetched_at": self._clock.now(),
                "max_age": max_age,
                "failure": None,
            }
            return document
        except RemoteDocumentError as error:
            changes = {"failure": error.reason, "failed_at": self._clock.now()}
            log.warning("remote document refused", url=call.url.partition("?")[0], reason=error.reason)
            raise
        finally:
            self._remember(call, changes)

    def _remember(self, call: Call, changes: dict[str, Any]) -> None:
        """Keep what came of a fetch; a failure beside the last good document, which its max_age still bounds."""
        with self._lock:
            known = self._remembered.pop(call, Remembered())
            self._remembered[call] = replace(known, **changes)
            while len(self._remembered) > MAX_DOCUMENTS or self._bytes_remembered() > MAX_REMEMBERED_BYTES:
                self._remembered.popitem(last=False)

    def _bytes_remembered(self) -> int:
        return sum(len(one.document.content) for one in self._remembered.values() if one.document)


@cache
def public_trust() -> ssl.SSLContext:
    """The authorities that browsers trust, read once, when the first call is made."""
    return ssl.create_default_context(cafile=certifi.where())


def to_document(call: Call, answer: Answer) -> RemoteDocument:
    """What a 200 of a type that will do carries; raises RemoteDocumentError for anything else."""
    if answer.status != 200:
        raise RemoteDocumentError(f"answered {answer.status}")
    if call.accept and answer.content_type not in call.accept:
        raise RemoteDocumentError("the answer has another content type")
    return RemoteDocument(answer.content, answer.content_type)


def its_own_max_age(cache_control: str) -> timedelta:
    """RFC 9111 §5.2.2: how long the document's own server lets it be kept."""
    if re.search(r"\bno-(store|cache)\b", cache_control, re.IGNORECASE):
        return timedelta(0)
    found = re.search(r"\bmax-age=(\d{1,9})\b", cache_control, re.IGNORECASE)
    return timedelta(seconds=int(found[1])) if found else timedelta.max
