"""Which calls to servers that somebody else chose are under way, and how many threads wait for them.

Such a server is as slow as it likes, and so is the name server that knows its address: a look-up cannot be cut off.
A thread that waits serves nobody else meanwhile. Hence few wait at once, and fewer for longer than a moment; and each
host is called once at a time, in a thread of its own, so that the others' calls have theirs.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog

from auth_service.protocol.remote_address import RemoteDocumentError, parse_target
from auth_service.protocol.remote_exchange import Call, Exchange

Result = TypeVar("Result")

log = structlog.get_logger("protocol")

#: After so many seconds a call is a slow one. Most are answered well before.
MOMENT = 0.5
#: How many hosts are called at once: more than eight threads wait for, since a look-up goes on when nobody waits.
HOSTS = 32


@dataclass(eq=False)
class Line:
    """The calls to one host: the first is under way, those behind it follow one after the other."""

    host: str
    calls: "list[UnderWay[Any]]" = field(default_factory=list)
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "remote-call"))


@dataclass(eq=False)
class UnderWay(Generic[Result]):
    """A call that was begun, and that so many threads wait for. `slow_at` is monotonic."""

    exchange: Exchange
    line: Line
    slow_at: float
    answer: Future[Result]
    waiting: int = 0


class RemoteCalls:
    """The calls that may have to wait for each other. Its methods may be called from any thread."""

    def __init__(self, threads: int) -> None:
        """`threads`: how many the process has to answer requests with."""
        self._places, self._patient_places = places(threads)
        self._lock = threading.Lock()
        self._under_way: dict[Call, UnderWay[Any]] = {}
        self._lines: dict[str, Line] = {}
        self._waiting = self._patient = 0

    def join(self, exchange: Exchange, work: Callable[[Exchange], Result]) -> UnderWay[Result]:
        """Begin a call, or join those who wait for the same; who has done so must `wait` for it.

        Raises RemoteDocumentError, at once, where nobody shall wait.
        """
        with told(exchange.call), self._lock:
            if self._waiting >= self._places:
                raise RemoteDocumentError(f"{self._waiting} threads wait for remote servers already")
            under_way = self._under_way.get(exchange.call)
            if under_way is None:
                under_way = self._under_way[exchange.call] = self._begin(exchange, work)
            under_way.waiting += 1
            self._waiting += 1
            return under_way

    def wait(self, under_way: UnderWay[Result]) -> Result:
        """What came of it; raises RemoteDocumentError. When the last who waits gives up, the call is cut off."""
        deadline = under_way.exchange.deadline
        try:
            with suppress(TimeoutError):
                return under_way.answer.result(seconds_until(min(under_way.slow_at, deadline)))
            with self._patience(under_way):
                return under_way.answer.result(seconds_until(deadline))
        except TimeoutError:
            raise RemoteDocumentError("cut off: it took too long") from None
        finally:
            self._leave(under_way)

    def _begin(self, exchange: Exchange, work: Callable[[Exchange], Result]) -> UnderWay[Result]:
        """Put the call into its host's line, unless that one does not move."""
        now = time.monotonic()
        host = parse_target(exchange.call.url, exchange.demo).host
        line = self._lines.get(host)
        if line is None:
            if len(self._lines) >= HOSTS:
                raise RemoteDocumentError(f"{HOSTS} hosts are called already")
            line = self._lines[host] = Line(host)
        elif line.calls[0].slow_at <= now:
            raise RemoteDocumentError("its host keeps an earlier call waiting")
        under_way = UnderWay(
            exchange, line, now + MOMENT, line.thread.submit(self._run, line, exchange, work)
        )
        line.calls.append(under_way)
        return under_way

    def _run(self, line: Line, exchange: Exchange, work: Callable[[Exchange], Result]) -> Result:
        """Do the work, in the line's thread."""
        try:
            return work(exchange)
        finally:
            with self._lock:
                self._take_out(line.calls[0])

    def _take_out(self, under_way: UnderWay[Any]) -> None:
        """Let the next of the line follow; with the last the line goes, and its thread."""
        line = under_way.line
        line.calls.remove(under_way)
        if not line.calls:
            del self._lines[line.host]
            line.thread.shutdown(wait=False)

    @contextmanager
    def _patience(self, under_way: UnderWay[Any]) -> Iterator[None]:
        """One of the places to wait for a slow call; raises RemoteDocumentError where there is none."""
        with told(under_way.exchange.call), self._lock:
            if under_way in under_way.line.calls[1:]:
                raise RemoteDocumentError("its host keeps an earlier call waiting")
            if self._patient >= self._patient_places:
                raise RemoteDocumentError(
                    f"cut off: slow, as are {self._patient} that threads wait for already"
                )
            self._patient += 1
        try:
            yield
        finally:
            with self._lock:
                self._patient -= 1

    def _leave(self, under_way: UnderWay[Any]) -> None:
        with self._lock:
            self._waiting -= 1
            under_way.waiting -= 1
            if under_way.waiting:
                return
            del self._under_way[under_way.exchange.call]
            if under_way.answer.cancel():  # it was not begun
                self._take_out(under_way)
            else:
                under_way.exchange.abort()  # which does nothing to one that has ended


def places(threads: int) -> tuple[int, int]:
    """How many of the threads may wait at once, and how many of these for slow calls: a half and a quarter."""
    return max(1, threads // 2), max(1, threads // 4)


@contextmanager
def told(call: Call) -> Iterator[None]:
    """Tell the operator of a call that is not made, or not waited for, and why."""
    try:
        yield
    except RemoteDocumentError as error:
        log.warning("remote call refused", url=call.url.partition("?")[0], reason=error.reason)
        raise


def seconds_until(moment: float) -> float:
    """How long it is until then, by the monotonic clock; 0 if that has passed."""
    return max(0.0, moment - time.monotonic())
