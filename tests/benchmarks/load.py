"""Ask a target as fast as it answers, with wrk, for a few seconds; each replica gets half of the connections."""

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
SCRIPTS = Path(__file__).parent
#: A turn is disturbed when other processes take more of the machine, or one replica works more, than this.
MOST_OF_OTHERS, MOST_OF_A_REPLICA = 0.15, 0.65
MOST_REPETITIONS = 8


@dataclass(frozen=True)
class Sample:
    """One round of one target."""

    per_second: float
    p50_ms: float
    p99_ms: float
    server_us: float  # CPU a request, of all the services that it keeps busy
    mongod_us: float | None  # None for a database that is not ours to look at
    others: float  # the share of the machine that processes took which have no part in this
    busiest: float = 0.5  # the share of the services' work that the busier replica did

    @property
    def cpu_us(self) -> float:
        """CPU a request, of services and database."""
        return self.server_us + (self.mongod_us or 0)

    @property
    def disturbed(self) -> bool:
        """Whether it is not what the services can do."""
        return self.others > MOST_OF_OTHERS or self.busiest > MOST_OF_A_REPLICA


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
    """Ask once; raises BenchmarkFailed unless the answer is what it should be. A login was tried when prepared."""
    if target.login:
        return
    answer = ask(target.method, target.url, target.headers, target.body)
    if not answer.get(target.member):
        raise BenchmarkFailed(f"{target.name}: no {target.member} among {sorted(answer)}")


def load(target: Target, mongod: int | None, seconds: int) -> Sample:
    """Load the target; raises BenchmarkFailed when even one answer is an error."""
    replicas = [[pid for master in masters for pid in processes.family(master)] for masters in target.servers]
    servers, databases = [pid for family in replicas for pid in family], [mongod] if mongod else []
    before, worked = Clocks.read(servers, databases), [processes.cpu_seconds(pids) for pids in replicas]
    result = _wrk(target, seconds)
    took = Clocks.read(servers, databases).since(before)
    work = [processes.cpu_seconds(pids) - then for pids, then in zip(replicas, worked, strict=True)]
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
        busiest=max(work) / max(sum(work), 1e-9),
    )


class Turns:
    """Turns of some seconds; a disturbed one is taken again, so often in all at most."""

    def __init__(self, mongod: int | None, seconds: int) -> None:
        self._mongod, self._seconds = mongod, seconds
        self._again = MOST_REPETITIONS

    def take(self, target: Target) -> Sample:
        """Load the target; returns the less disturbed of two turns."""
        sample = load(target, self._mongod, self._seconds)
        if sample.disturbed and self._again:
            self._again -= 1
            again = load(target, self._mongod, self._seconds)
            sample = min(sample, again, key=lambda it: (it.disturbed, it.others))
        return sample


def _wrk(target: Target, seconds: int) -> dict[str, float]:
    """Run wrk, which gives each of its threads one replica, and read the line of JSON that its script prints."""
    script, arguments = _script(target)
    how = [f"-c{CONNECTIONS}", f"-t{THREADS}", f"-d{seconds}s", "-s", str(SCRIPTS / script)]
    ports = " ".join(map(str, target.ports))
    environment = os.environ | {"BENCHMARK_SCRIPTS": str(SCRIPTS), "BENCHMARK_PORTS": ports}
    command = ["wrk", *how, target.url, "--", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, env=environment)
    except subprocess.TimeoutExpired:
        raise BenchmarkFailed(f"{target.name}: wrk did not end") from None
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    raise BenchmarkFailed(f"wrk failed: {(done.stderr or done.stdout).strip()[-200:]}")


def _script(target: Target) -> tuple[str, list[str]]:
    """The script that asks, and its arguments."""
    if login := target.login:
        return "login.lua", [login.authorization_path, login.cookie, login.client, login.exchange]
    headers = [f"{name}: {value}" for name, value in target.headers.items()]
    return "request.lua", [target.method, target.body, *headers]
