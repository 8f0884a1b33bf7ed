"""Ask a target as fast as it answers, with wrk, for a few seconds."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

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


def check(target: Target) -> None:
    """Ask once; raises BenchmarkFailed unless the answer is what it should be."""
    answer = ask(target.method, target.url, target.headers, target.body)
    if not answer.get(target.member):
        raise BenchmarkFailed(f"{target.name}: no {target.member} among {sorted(answer)}")


def load(target: Target, mongod: int | None, seconds: int) -> Sample:
    """Load the target; raises BenchmarkFailed when even one answer is an error."""
    servers = [pid for master in target.servers for pid in processes.family(master)]
    databases = [mongod] if mongod else []
    server_began, mongod_began = processes.cpu_seconds(servers), processes.cpu_seconds(databases)
    result = _wrk(target, seconds)
    server_ended, mongod_ended = processes.cpu_seconds(servers), processes.cpu_seconds(databases)
    if result["refused"] or result["broken"] or not result["requests"]:
        raise BenchmarkFailed(
            f"{target.name}: of {result['requests']} requests {result['refused']} were refused and "
            f"{result['broken']} got no answer"
        )
    return Sample(
        per_second=result["requests"] / result["seconds"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
        server_us=(server_ended - server_began) / result["requests"] * 1e6,
        mongod_us=(mongod_ended - mongod_began) / result["requests"] * 1e6 if mongod else None,
    )


def _wrk(target: Target, seconds: int) -> dict[str, float]:
    headers = [f"{name}: {value}" for name, value in target.headers.items()]
    how = [f"-c{CONNECTIONS}", f"-t{THREADS}", f"-d{seconds}s", "-s", str(SCRIPT)]
    command = ["wrk", *how, target.url, "--", target.method, target.body, *headers]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30)
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    raise BenchmarkFailed(f"wrk failed: {(done.stderr or done.stdout).strip()[-200:]}")
