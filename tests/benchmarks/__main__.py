"""Run the benchmark: `python -m tests.benchmarks [--rounds 3] [--seconds 5] [--only TEXT …] [--compare COMMIT]`.

Prints the table; a complete run writes it to docs/benchmarks.md, and the plot beside it. With `--compare` the same
targets are measured beside another commit's instead, and it fails when one became slower by more than 5 percent.
"""

import argparse
import os
import shutil
import subprocess
import sys
from statistics import median

from deploy.local.mongod_binary import MongodUnavailable
from deploy.local.services import PROJECT
from deploy.numbers import processes
from deploy.numbers.marked import replace_between_markers
from tests.benchmarks import compare, plot, report
from tests.benchmarks.answers import BenchmarkFailed
from tests.benchmarks.database import Database
from tests.benchmarks.load import Sample, Turns, check, load
from tests.benchmarks.results import summarize
from tests.benchmarks.servers import Servers
from tests.benchmarks.targets import choose, servers_of

DOCUMENT, PLOT = PROJECT / "docs" / "benchmarks.md", PROJECT / "docs" / "benchmarks.svg"
WARM_UP_SECONDS = 2


def main() -> None:
    """Measure and show; a wrong answer, or none, is one line and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, help="3; 7 for a comparison")
    parser.add_argument("--seconds", type=int, help="for each target in each round: 5; 3 for a comparison")
    parser.add_argument("--compare", metavar="COMMIT", help="measure beside this commit")
    parser.add_argument(
        "--only", nargs="+", help="targets whose name contains one of these, and their floors"
    )
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("make bench needs wrk (apt-get install wrk)")
    try:
        with Database() as database:
            if options.compare:
                compare.run(
                    database, options.compare, options.only, options.rounds or 7, options.seconds or 3
                )
                return
            with Servers(database, servers_of(choose(options.only))) as servers:
                measure(servers, options.only, options.rounds or 3, options.seconds or 5)
    except (BenchmarkFailed, MongodUnavailable) as failure:
        sys.exit(f"The benchmark failed: {failure}")
    except KeyboardInterrupt:
        sys.exit("Interrupted; what had been started is stopped.")


def measure(servers: Servers, only: list[str] | None, rounds: int, seconds: int) -> None:
    """Check and warm up every target, load them in turns, and show what came of it."""
    chosen = [plan.at(servers) for plan in choose(only)]
    for target in chosen:
        check(target)
        load(target, servers.database.pid, WARM_UP_SECONDS)
    turns = Turns(servers.database.pid, seconds)
    samples: dict[str, list[Sample]] = {target.name: [] for target in chosen}
    for number in range(rounds):
        print(f"  round {number + 1} of {rounds} …", file=sys.stderr, flush=True)
        for target in chosen:
            samples[target.name].append(turns.take(target))
    results, memory = summarize(chosen, samples), weigh(servers)
    place = machine([sample for own in samples.values() for sample in own])
    print(f"{report.terminal_table(results)}\n\n{report.memory_sentence(memory)}\n{place}")
    if not only:
        replace_between_markers(
            DOCUMENT, "benchmarks", report.markdown_table(results, memory) + f"\n{place}\n"
        )
        PLOT.write_text(plot.draw(results))
        print(f"Written to {DOCUMENT.relative_to(PROJECT)} and {PLOT.relative_to(PROJECT)}.")


def weigh(servers: Servers) -> dict[str, float]:
    """The heaviest worker of each service, in MB."""
    return {
        name: max(processes.memory_mb(worker) for master in masters for worker in processes.children(master))
        for name, masters in servers.our_gunicorns().items()
    }


def machine(samples: list[Sample]) -> str:
    """On what it was measured, how much of that was busy with other things, how even the replicas' shares were."""
    wrk = subprocess.run(["wrk", "--version"], capture_output=True, text=True).stdout.split(" [")[0]
    python = ".".join(map(str, sys.version_info[:3]))
    others = [sample.others for sample in samples]
    return (
        f"{os.cpu_count()} cores shared with {wrk.lower()}, Python {python}; other processes took "
        f"{median(others):.0%} of the machine meanwhile, {max(others):.0%} at the most. The busier of two replicas "
        f"did {max(sample.busiest for sample in samples):.0%} of the work at the most."
    )


if __name__ == "__main__":
    main()
