"""Ask a target as fast as it answers, with wrk, for a few seconds."""

import json
import os
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from deploy.numbers import processes
from tests.benchmarks.answers import BenchmarkFailed, ask
from tests.benchmarks.targets import Target

CONNECTIONS, THREADS = 16, 2
SCRIPT = Path(__file__).with_name("request.lua")


@dataclass(frozen=True)
class Sample:
    """One round of one target."""

    per_second: float
    p50_ms: float
    p99_ms: float
    server_us: float  # CPU a request, of all the services that it keeps busy
    mongod_us: float | None  # None for a database that is not ours to look at
    others: float  # the share of the machine that processes took which have no part in this


class Clocks(NamedTuple):
    """Seconds of processor time: what the services, the database and wrk took, and what there was to take."""

    servers: float
    mongod: float
    wrk: float
    busy: float
    machine: float

    @classmethod
    def read(cls, servers: list[int], databases: list[int]) -> Self:
        """As of now, since the beginning of each."""
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(
            processes.cpu_seconds(servers),
            processes.cpu_seconds(databases),
            children.ru_utime + children.ru_stime,
            processes.busy_seconds(),
            time.monotonic() * (os.cpu_count() or 1),
        )

    def since(self, before: Self) -> Self:
        """What was taken between the two."""
        return type(self)(*(now - then for now, then in zip(self, before, strict=True)))

    @property
    def others(self) -> float:
        """What everybody else took; a foreign database counts among them."""
        return max(0.0, self.busy - self.servers - self.mongod - self.wrk)


def check(target: Target) -> None:
    """Ask once; raises BenchmarkFailed unless the answer is what it should be."""
    answer = ask(target.method, target.url, target.headers, target.body)
    if not answer.get(target.member):
        raise BenchmarkFailed(f"{target.name}: no {target.member} among {sorted(answer)}")


def load(target: Target, mongod: int | None, seconds: int) -> Sample:
    """Load the target; raises BenchmarkFailed when even one answer is an error."""
    servers = [pid for master in target.servers for pid in processes.family(master)]
    databases = [mongod] if mongod else []
    before = Clocks.read(servers, databases)
    result = _wrk(target, seconds)
    took = Clocks.read(servers, databases).since(before)
    if result["refused"] or result["broken"] or not result["requests"]:
        raise BenchmarkFailed(
            f"{target.name}: of {result['requests']} requests {result['refused']} were refused and "
            f"{result['broken']} got no answer"
        )
    return Sample(
        per_second=result["requests"] / result["seconds"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
        server_us=took.servers / result["requests"] * 1e6,
        mongod_us=took.mongod / result["requests"] * 1e6 if mongod else None,
        others=took.others / took.machine,
    )


def _wrk(target: Target, seconds: int) -> dict[str, float]:
    headers = [f"{name}: {value}" for name, value in target.headers.items()]
    how = [f"-c{CONNECTIONS}", f"-t{THREADS}", f"-d{seconds}s", "-s", str(SCRIPT)]
    command = ["wrk", *how, target.url, "--", target.method, target.body, *headers]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30)
    except subprocess.TimeoutExpired:
        raise BenchmarkFailed(f"{target.name}: wrk did not end") from None
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    raise BenchmarkFailed(f"wrk failed: {(done.stderr or done.stdout).strip()[-200:]}")
