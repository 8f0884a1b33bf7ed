"""Work that repeats beside the requests, in a thread of each worker process: no scheduler, no service of its own."""

import threading
from collections.abc import Callable

import structlog
from flask import Flask

log = structlog.get_logger("background")

#: The longest pause after failures, in seconds.
_LONGEST_PAUSE = 60.0


class Background:
    """Does `work` every `interval` seconds until it is stopped; a failure is logged and makes it wait longer.

    Who sets `wake` has it done at once.
    """

    def __init__(
        self, interval: float, work: Callable[[], object], name: str, wake: threading.Event | None = None
    ) -> None:
        self._interval = interval
        self._work = work
        self._name = name
        self._failures = 0
        self._stopped = threading.Event()
        self._wake = wake or threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in the process that calls: threads do not survive a fork. Never keeps the process from ending."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._repeat, name=self._name, daemon=True)
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Begin no more work, and wait for what is under way this many seconds at most."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(patience)

    def run_once(self) -> float:
        """Do the work now, whatever it raises; returns the seconds to wait before the next time."""
        try:
            self._work()
        except Exception as error:  # the next time may go better, and nobody else would hear of it
            self._failures += 1
            log.warning("background_failed", work=self._name, failures=self._failures, error=str(error))
        else:
            self._failures = 0
        longest = max(self._interval, _LONGEST_PAUSE)
        return float(min(self._interval * 2 ** min(self._failures, 16), longest))

    def _repeat(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()  # before the work: what is set meanwhile is not lost
            self._wake.wait(self.run_once())


def start(app: Flask) -> None:
    """Start what the application wants done; called in the worker process, after the fork."""
    for background in app.extensions["background"]:
        background.start()


def stop(app: Flask) -> None:
    """Stop it, when the worker ends."""
    for background in app.extensions["background"]:
        background.stop()
