"""Starts of local processes that are broken off or come twice: nothing runs that `make down` does not know."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.child_process import Identity, identify, is_running, stop
from tests.demo.test_make_demo import PROJECT, complaint, free_port, make


def heed_hanging_up() -> None:
    """Also where these tests run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Start:
    """A start of local processes whose MongoDB runs, and is not ready."""

    def __init__(self, port: str) -> None:
        self.port = port
        self.folder = PROJECT / ".gatehouse" / port
        command = [PROJECT / ".venv/bin/python", "-m", "deploy.local.run", "up", "--port", port]
        self.process = subprocess.Popen(
            command, cwd=PROJECT, stderr=subprocess.PIPE, text=True, preexec_fn=heed_hanging_up
        )
        self.mongod = self._await_mongod(self.folder / "data/mongod.lock")

    def _await_mongod(self, lock: Path) -> Identity:
        """mongod writes its process id there before it listens."""
        deadline = time.monotonic() + 30
        while not lock.exists() or not lock.read_text().strip():
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.005)
        return identify(int(lock.read_text()))

    def end(self, by: signal.Signals) -> str:
        """End it, insisting, as a terminal does that is closed; what it says."""
        deadline = time.monotonic() + 30
        while self.process.poll() is None:
            assert time.monotonic() < deadline
            self.process.send_signal(by)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
        return self.process.communicate()[1]


@pytest.fixture
def start() -> Iterator[Callable[[], Start]]:
    """A function that starts local processes and returns before they are ready."""
    port, started = free_port(), []
    yield lambda: started.append(Start(port)) or started[-1]
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)
        one.process.stderr.close()
        stop(one.mongod)
    make("down", MODE="local", PORT=port, PURGE="1")


def test_what_a_killed_start_leaves_is_known(start):
    broken_off = start()
    broken_off.end(signal.SIGKILL)
    assert is_running(broken_off.mongod)
    assert f"`make down PORT={broken_off.port}` stops it" in complaint(
        make("demo", MODE="local", PORT=broken_off.port)
    )
    down = make("down", MODE="local", PORT=broken_off.port, PURGE="1")
    assert f"Stopped the local system on port {broken_off.port}." in down.stdout
    assert not is_running(broken_off.mongod)
    assert not broken_off.folder.exists()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP], ids=lambda by: by.name)
def test_what_asks_a_start_to_end_leaves_nothing_running(start, by):
    broken_off = start()
    assert broken_off.end(by) == "Interrupted; what had been started is stopped.\n"
    assert broken_off.process.returncode == 1
    assert not is_running(broken_off.mongod)
    assert not (broken_off.folder / "state.json").exists()


def test_of_two_starts_at_once_one_goes_on_undisturbed(start):
    first = start()
    first.process.send_signal(signal.SIGSTOP)  # so that it cannot be done before the second
    kept = contents(first.folder)
    try:
        second = make("demo", MODE="local", PORT=first.port)
        assert complaint(second) == f"another start on port {first.port} is under way"
        assert contents(first.folder) == kept
    finally:
        first.process.send_signal(signal.SIGCONT)
    assert first.process.wait(60) == 0
    assert "It runs already." in make("demo", MODE="local", PORT=first.port).stdout


def contents(folder: Path) -> dict[str, str]:
    """What the starts write, and not MongoDB."""
    return {path.name: path.read_text() for path in [folder / "state.json", *folder.glob("secrets/*")]}
