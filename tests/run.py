"""Run the suites, and say at the end what passed, what failed, and what could not run.

    python -m tests.run [--fast]

Most run one after the other. Those that wait for what they have started half of their time run in lanes beside each
other, as do the fast ones alone, and are shown one after the other. A failing suite does not stop the others. With
CI=true, a suite that this machine cannot run is a failure.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import IO

from tests.suites import PROJECT, RESULTS, SUITES, Suite

#: What runs now, each in a session of its own.
processes: set[subprocess.Popen] = set()


@dataclass
class Outcome:
    """How a suite went."""

    suite: Suite
    seconds: float = 0
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)  # each test's name and reason
    missing: str | None = None  # why the whole suite could not run

    @property
    def word(self) -> str:
        """The outcome in a word, for the table."""
        return "not run" if self.missing else "FAILED" if self.failed else "passed"


def main() -> None:
    """Run what is asked for; exit status 1 if anything failed."""
    # A shell's background job is told to ignore it, and so would be every suite, which is to end by it in good order.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    RESULTS.mkdir(exist_ok=True)
    started = time.monotonic()
    outcomes = run_together(inner_loop()) if "--fast" in sys.argv[1:] else run_all()
    print_summary(outcomes, time.monotonic() - started)
    sys.exit(any(outcome.failed for outcome in outcomes))


def inner_loop() -> list[Suite]:
    """The checks and the services' own tests, as far as they fit into a minute."""
    suites = [suite for suite in SUITES if suite.inner_loop is not None]
    return [
        replace(suite, command=[*suite.command, *(suite.inner_loop or ())], lane=None) for suite in suites
    ]


def run_all() -> list[Outcome]:
    """Run every suite, in their order but for the lanes."""
    outcomes: list[Outcome] = []
    for in_lanes, neighbours in groupby(SUITES, lambda suite: suite.lane is not None):
        suites = list(neighbours)
        outcomes += run_together(suites) if in_lanes else map(run, suites)
    return outcomes


def run_together(suites: list[Suite]) -> list[Outcome]:
    """Run them at the same time, those of one lane in their order; each is shown once those before it are done."""
    with ExitStack() as files:
        outputs = [files.enter_context(tempfile.TemporaryFile("w+")) for _ in suites]
        lanes = {suite.lane or suite.name: ThreadPoolExecutor(1) for suite in suites}
        running = [
            lanes[suite.lane or suite.name].submit(run, suite, output)
            for suite, output in zip(suites, outputs, strict=True)
        ]
        try:
            return [shown(outcome, output) for outcome, output in zip(running, outputs, strict=True)]
        except BaseException:
            for lane in lanes.values():  # Ctrl-C: which reaches only us
                lane.shutdown(wait=False, cancel_futures=True)
            for process in list(processes):
                os.killpg(process.pid, signal.SIGINT)
            raise
        finally:
            for lane in lanes.values():
                lane.shutdown()


def shown(running: Future[Outcome], output: IO[str]) -> Outcome:
    """Wait for a suite, and print what it said."""
    outcome = running.result()
    output.seek(0)
    print(output.read(), end="", flush=True)
    return outcome


def run(suite: Suite, output: IO[str] = sys.stdout) -> Outcome:
    """Run one suite under its heading."""
    print(f"\n━━ {suite.name} {'━' * (90 - len(suite.name))}", file=output, flush=True)
    missing = suite.missing()
    if missing:
        print(f"not run: {missing}", file=output, flush=True)
        return Outcome(suite, missing=missing, failed=int(os.environ.get("CI") == "true"))
    suite.report.unlink(missing_ok=True)
    started = time.monotonic()
    code = run_bounded(suite, output)
    outcome = Outcome(suite, time.monotonic() - started)
    count(outcome, code)
    return outcome


def run_bounded(suite: Suite, output: IO[str]) -> int:
    """Return the suite's exit status; at the end of its time, end it with all that it started."""
    process = subprocess.Popen(
        suite.command,
        cwd=PROJECT,
        env={**os.environ, **suite.environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    processes.add(process)
    try:
        return process.wait(suite.patience)
    except subprocess.TimeoutExpired:
        print(f"{suite.name} did not end within {suite.patience} seconds", file=output, flush=True)
        return 1
    finally:
        processes.discard(process)
        if process.poll() is None:  # out of time, or Ctrl-C: which reaches only us, in our own session
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def count(outcome: Outcome, code: int) -> None:
    """Take the counts from the suite's report; a suite without one counts as a single test."""
    if not outcome.suite.report.exists():
        outcome.passed, outcome.failed = int(code == 0), int(code != 0)
        return
    for case in ElementTree.parse(outcome.suite.report).iter("testcase"):
        skipped = case.find("skipped")
        if skipped is not None:
            name = f"{case.get('classname')}.{case.get('name')}"
            outcome.skipped.append(f"{name}: {skipped.get('message')}")
        elif case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        else:
            outcome.passed += 1
    if code and not outcome.failed:
        outcome.failed = 1  # it broke outside any test


def print_summary(outcomes: list[Outcome], seconds: float) -> None:
    """Print the table, what did not run and why, and the sums on a line of their own."""
    print(f"\n━━ summary {'━' * 83}")
    print(f"{'suite':18} {'result':8} {'passed':>7} {'failed':>7} {'skipped':>8} {'seconds':>8}")
    for it in outcomes:
        skipped = len(it.skipped)
        print(f"{it.suite.name:18} {it.word:8} {it.passed:7} {it.failed:7} {skipped:8} {it.seconds:8.1f}")
    not_run = [f"{it.suite.name}: {it.missing}" for it in outcomes if it.missing]
    not_run += [test for it in outcomes for test in it.skipped]
    print("\nNot run:" if not_run else "\nEverything ran.")
    for line in not_run:
        print(f"  {line}")
    print(f"\nIn {seconds:.0f} s:")
    print(
        f"{sum(it.passed for it in outcomes)} passed, {sum(it.failed for it in outcomes)} failed", flush=True
    )


if __name__ == "__main__":
    main()
