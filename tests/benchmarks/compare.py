"""What changed since another commit: the same targets at both, side by side, in turns that swap their order."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import comb
from pathlib import Path
from statistics import median

from deploy.local.services import PROJECT
from tests.benchmarks.answers import BenchmarkFailed
from tests.benchmarks.database import Database
from tests.benchmarks.load import Sample, Turns, check, load
from tests.benchmarks.report import columns
from tests.benchmarks.servers import Servers
from tests.benchmarks.targets import Plan, choose, servers_of

WARM_UP_SECONDS = 2
TOLERATED = 0.05  # of the requests a second
CHANCE = 0.01  # that a target which lost exactly that much is called slower
HEADINGS = ("request", "before", "now", "req/s", "rounds that lost more", "CPU", "")


@dataclass(frozen=True)
class Difference:
    """How a target's requests a second and its CPU a request changed: shares of what they were."""

    name: str
    before: float  # requests a second
    now: float
    rate: float
    cpu: float
    rounds: int
    lost: int  # rounds in which it lost more than is tolerated

    @property
    def slower(self) -> bool:
        """Whether chance does not explain how many rounds lost more than is tolerated (a sign test)."""
        return (
            sum(comb(self.rounds, lost) for lost in range(self.lost, self.rounds + 1))
            < CHANCE * 2**self.rounds
        )


def run(database: Database, commit: str, only: list[str] | None, rounds: int, seconds: int) -> None:
    """Print the differences; raises BenchmarkFailed when something became slower."""
    plans = choose(only)
    names = servers_of(plans)
    with (
        checkout(commit, database.directory / "before") as source,
        Servers(database, names, source) as before,
        Servers(database, names) as now,
    ):
        differences = measure(plans, before, now, rounds, seconds)
    print(columns([HEADINGS, *map(cells, differences)]))
    if slower := [difference.name for difference in differences if difference.slower]:
        raise BenchmarkFailed(f"slower than {commit} by more than {TOLERATED:.0%}: {', '.join(slower)}")
    print(
        f"\nNothing became slower than at {commit} by more than {TOLERATED:.0%} as far as chance can be told."
    )


@contextmanager
def checkout(commit: str, folder: Path) -> Iterator[Path]:
    """The sources as they were, in a folder that is removed afterwards; raises BenchmarkFailed."""
    git = ["git", "-C", str(PROJECT), "worktree"]
    added = subprocess.run([*git, "add", "--detach", str(folder), commit], capture_output=True, text=True)
    if added.returncode:
        raise BenchmarkFailed(f"no sources of {commit}: {added.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True, capture_output=True)


def measure(plans: list[Plan], before: Servers, now: Servers, rounds: int, seconds: int) -> list[Difference]:
    """Load what both can do, first the one and then the other, in the next round the other way about."""
    pairs = [(plan.at(before), plan.at(now)) for plan in plans]
    for target in (target for pair in pairs for target in pair):
        check(target)
        load(target, now.database.pid, WARM_UP_SECONDS)
    turns = Turns(now.database.pid, seconds)
    samples: dict[str, list[tuple[Sample, Sample]]] = {target.name: [] for target, _ in pairs}
    for number in range(rounds):
        print(f"  round {number + 1} of {rounds} …", file=sys.stderr, flush=True)
        for old, new in pairs:
            if number % 2:
                later = turns.take(new)
                samples[old.name].append((turns.take(old), later))
            else:
                samples[old.name].append((turns.take(old), turns.take(new)))
    return [difference(name, own) for name, own in samples.items()]


def difference(name: str, samples: list[tuple[Sample, Sample]]) -> Difference:
    """The medians of the pairs' own, since the machine's speed changes."""
    rates = [new.per_second / old.per_second - 1 for old, new in samples]
    return Difference(
        name,
        before=median(old.per_second for old, _ in samples),
        now=median(new.per_second for _, new in samples),
        rate=median(rates),
        cpu=median(new.cpu_us / old.cpu_us - 1 for old, new in samples),
        rounds=len(rates),
        lost=sum(rate < -TOLERATED for rate in rates),
    )


def cells(difference: Difference) -> tuple[str, ...]:
    """A row of the table."""
    return (
        difference.name,
        f"{difference.before:.0f}",
        f"{difference.now:.0f}",
        f"{difference.rate:+.1%}",
        f"{difference.lost} of {difference.rounds}",
        f"{difference.cpu:+.1%}",
        "SLOWER" if difference.slower else "",
    )
