"""Slow servers of others' choosing: how many threads they hold, and whom they do not hold up."""

import ssl
import threading
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import timedelta
from itertools import count as count_up
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from auth_service.clock import FrozenClock
from auth_service.protocol import remote_calls
from auth_service.protocol.remote_address import parse_target
from auth_service.protocol.remote_document import RemoteDocumentError, RemoteDocuments
from tests.auth_service.conftest import START
from tests.auth_service.protocol.remote_server import reply, serving, silent

#: What a process with eight threads lets wait, and wait for slow calls.
WAITING, PATIENT = 4, 2
AT_ONCE, NEVER = 0.0, 60.0

BUSY_HOST = "its host keeps an earlier call waiting"


@pytest.fixture
def server():
    """A server of every name. What is asked of it under /slow waits for `go`; `arrived` counts that."""
    with serving() as found:
        found.go, found.arrived = threading.Event(), threading.Semaphore(0)

        def answer(handler):
            if handler.path.startswith("/slow"):
                found.arrived.release()
                found.go.wait(30)
            reply(handler, handler.path.encode())

        found.answer = answer
        yield found
        found.go.set()


@pytest.fixture
def calls_are_slow(monkeypatch):
    """After how many seconds a call that is begun from now on is a slow one."""

    def change(seconds: float) -> None:
        monkeypatch.setattr(remote_calls, "MOMENT", seconds)

    change(NEVER)
    return change


@pytest.fixture
def documents(calls_are_slow):
    """Make a fetcher to which every name is loopback, where no call is slow unless the test says so."""

    def make(threads: int = 8, **changes) -> RemoteDocuments:
        given = {"resolve": lambda host: ["127.0.0.1"], "timeout": 30.0} | changes
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return RemoteDocuments(
            SimpleNamespace(demo=True, web_threads=threads), FrozenClock(START), tls=tls, **given
        )

    return make


@pytest.fixture
def ask(server):
    """Ask for these documents at once, each in a thread of its own."""
    with ThreadPoolExecutor(10) as threads:
        yield lambda fetcher, *urls: [threads.submit(get, fetcher, url) for url in urls]
        server.go.set()


@pytest.fixture
def begun(monkeypatch):
    """Counts the calls that were put into their host's line, or are about to be by whoever has the lock."""
    found = threading.Semaphore(0)
    monkeypatch.setattr(
        remote_calls, "parse_target", lambda *given: (found.release(), parse_target(*given))[1]
    )
    return found


def get(fetcher: RemoteDocuments, url: str, **changes) -> bytes:
    return fetcher.get(url, **({"max_bytes": 1000, "max_age": timedelta(minutes=1)} | changes)).content


def refusal(fetcher: RemoteDocuments, url: str, **changes) -> str:
    with pytest.raises(RemoteDocumentError) as caught:
        get(fetcher, url, **changes)
    return caught.value.reason


def count(semaphore: threading.Semaphore, number: int) -> None:
    """Wait until so many have come."""
    for _ in range(number):
        assert semaphore.acquire(timeout=30)


def end_of(answers: list[Future]) -> list[bytes]:
    return [answer.result(30) for answer in answers]


def end_of_calls() -> None:
    """Wait until no thread calls anybody any more."""
    for thread in threading.enumerate():
        if thread.name.startswith("remote-call"):
            thread.join(10)
            assert not thread.is_alive()


def slow_urls(server, number: int) -> list[str]:
    """As many documents, each at a host of its own."""
    return [server.url("/slow", f"host-{one}.example") for one in range(number)]


def test_several_hosts_are_asked_at_once_and_one_thread_more_is_not_let_wait(documents, server, ask):
    fetcher = documents()
    kept = server.url("/kept", "kept.example")
    get(fetcher, kept)
    answers = ask(fetcher, *slow_urls(server, WAITING))
    count(server.arrived, WAITING)
    with capture_logs() as logs:
        reason = refusal(fetcher, server.url("/more?secret", "more.example"))
    assert reason == "4 threads wait for remote servers already"
    [line] = logs
    assert (line["event"], line["reason"]) == ("remote call refused", reason)
    assert line["url"] == server.url("/more", "more.example")
    assert get(fetcher, kept) == b"/kept"  # which waits for nobody
    server.go.set()
    assert end_of(answers) == [b"/slow"] * WAITING
    assert get(fetcher, server.url("/more?secret", "more.example")) == b"/more?secret"
    assert len(server.requests) == WAITING + 2


@pytest.mark.parametrize(("threads", "places"), [(1, 1), (3, 1), (4, 2), (20, 10)])
def test_how_many_wait_goes_by_the_threads_that_there_are(documents, server, ask, threads, places):
    fetcher = documents(threads)
    answers = ask(fetcher, *slow_urls(server, places))
    count(server.arrived, places)
    assert refusal(fetcher, server.url("/more", "more.example")).startswith(f"{places} threads wait")
    server.go.set()
    assert end_of(answers) == [b"/slow"] * places


def test_fewer_wait_for_slow_servers_and_quick_ones_are_not_held_up(documents, server, ask, calls_are_slow):
    calls_are_slow(AT_ONCE)
    fetcher = documents()
    answers = ask(fetcher, *slow_urls(server, PATIENT + 1))
    first = next(as_completed(answers, 30))
    assert first.exception().reason == "cut off: slow, as are 2 that threads wait for already"
    calls_are_slow(NEVER)
    for number in range(10):
        assert get(fetcher, server.url("/", f"quick-{number}.example")) == b"/"
    server.go.set()
    answers.remove(first)
    assert end_of(answers) == [b"/slow"] * PATIENT


def test_who_does_not_wait_any_longer_cuts_off_nobody_who_does(documents, server, ask, calls_are_slow):
    calls_are_slow(AT_ONCE)
    answers = ask(documents(), *[server.url("/slow")] * (PATIENT + 1))
    first = next(as_completed(answers, 30))
    assert first.exception().reason.startswith("cut off")
    server.go.set()
    answers.remove(first)
    assert end_of(answers) == [b"/slow"] * PATIENT
    assert len(server.requests) == 1


def test_a_host_is_asked_for_one_document_after_the_other(documents, server, ask, begun):
    fetcher = documents()
    answers = ask(fetcher, *[server.url(f"/slow/{number}", "one.example") for number in range(3)])
    count(begun, 3)
    count(server.arrived, 1)
    assert not server.arrived.acquire(timeout=0.1)
    server.go.set()
    assert end_of(answers) == [b"/slow/0", b"/slow/1", b"/slow/2"]


def test_a_host_that_is_slow_is_asked_for_nothing_else(documents, server, ask, calls_are_slow):
    calls_are_slow(AT_ONCE)
    fetcher = documents()
    answers = ask(fetcher, server.url("/slow", "one.example"))
    count(server.arrived, 1)
    assert refusal(fetcher, server.url("/other", "One.Example")) == BUSY_HOST
    with serving() as same_host:
        assert refusal(fetcher, same_host.url(host="one.example")) == BUSY_HOST
    assert get(fetcher, server.url("/other", "two.example")) == b"/other"
    server.go.set()
    assert end_of(answers) == [b"/slow"]
    assert get(fetcher, server.url("/other", "one.example")) == b"/other"


def test_what_waits_for_its_turn_for_too_long_is_never_asked_for(documents, server, ask, calls_are_slow):
    fetcher = documents()
    answers = ask(fetcher, server.url("/slow"))
    count(server.arrived, 1)
    calls_are_slow(AT_ONCE)
    assert refusal(fetcher, server.url("/late")) == BUSY_HOST
    calls_are_slow(NEVER)
    server.go.set()
    assert end_of(answers) == [b"/slow"]
    assert get(fetcher, server.url("/next")) == b"/next"
    assert [path for _, path, _ in server.requests] == ["/slow", "/next"]


def test_being_refused_does_not_use_up_having_a_document_anew(documents, server, ask):
    fetcher = documents()
    get(fetcher, server.url("/kept"))
    answers = ask(fetcher, *slow_urls(server, WAITING))
    count(server.arrived, WAITING)
    assert "threads wait" in refusal(fetcher, server.url("/kept"), anew=True)
    server.go.set()
    end_of(answers)
    get(fetcher, server.url("/kept"), anew=True)
    assert [path for _, path, _ in server.requests].count("/kept") == 2


class HangingNames:
    """A resolver that does not come back from names under hanging.example until `answer` is set."""

    def __init__(self) -> None:
        self.answer = threading.Event()
        self.asked: list[str] = []

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if host.endswith("hanging.example"):
            self.answer.wait(30)
        return ["127.0.0.1"]

    def hang(self, fetcher: RemoteDocuments, host: str) -> None:
        """Have it look that name up, and nobody wait for it any longer."""
        for number in count_up():
            if host in self.asked:
                return
            refusal(fetcher, f"http://{host}:8000/{number}")


@pytest.fixture
def names():
    found = HangingNames()
    yield found
    found.answer.set()


def test_look_ups_that_hang_hold_no_thread_but_their_hosts(
    documents, server, names, calls_are_slow, monkeypatch
):
    monkeypatch.setattr(remote_calls, "places", lambda threads: (1, 0))
    calls_are_slow(AT_ONCE)
    fetcher = documents(resolve=names)
    for number in range(8):
        names.hang(fetcher, f"{number}.hanging.example")
    for number in range(8):
        assert refusal(fetcher, server.url(f"/{number}", "0.hanging.example")) == BUSY_HOST
    calls_are_slow(NEVER)
    assert get(fetcher, server.url("/", "good.example")) == b"/"


def test_how_many_hosts_are_called_is_bounded(documents, server, names, calls_are_slow, monkeypatch):
    monkeypatch.setattr(remote_calls, "places", lambda threads: (1, 0))
    monkeypatch.setattr(remote_calls, "HOSTS", 2)
    calls_are_slow(AT_ONCE)
    fetcher = documents(resolve=names)
    for number in range(2):
        names.hang(fetcher, f"{number}.hanging.example")
    calls_are_slow(NEVER)
    assert refusal(fetcher, server.url("/", "good.example")) == "2 hosts are called already"
    assert refusal(fetcher, server.url("/other", "1.hanging.example")) == BUSY_HOST
    names.answer.set()
    end_of_calls()
    assert get(fetcher, server.url("/", "good.example")) == b"/"


def test_a_connection_that_is_not_answered_is_given_up_with_its_call(
    documents, server, calls_are_slow, monkeypatch
):
    monkeypatch.setattr(remote_calls, "places", lambda threads: (1, 0))
    calls_are_slow(0.1)
    with silent("127.0.0.1") as port:
        assert refusal(documents(), f"http://127.0.0.1:{port}/").startswith("cut off")
        end_of_calls()
