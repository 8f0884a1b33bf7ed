"""Run the benchmark: `python -m tests.benchmarks [--rounds 3] [--seconds 5] [--only TEXT …]`.

Prints the table; a complete run writes it to docs/benchmarks.md, and the plot beside it.
"""

import argparse
import os
import shutil
import subprocess
import sys
from statistics import median

from deploy.local.mongod_binary import MongodUnavailable
from deploy.numbers import processes
from deploy.numbers.marked import replace_between_markers
from tests.benchmarks import plot, report
from tests.benchmarks.answers import BenchmarkFailed
from tests.benchmarks.load import Sample, check, load
from tests.benchmarks.results import summarize
from tests.benchmarks.servers import PROJECT, Servers
from tests.benchmarks.targets import Target, targets

DOCUMENT, PLOT = PROJECT / "docs" / "benchmarks.md", PROJECT / "docs" / "benchmarks.svg"
WARM_UP_SECONDS = 2
#: A turn during which other processes took more of the machine than this is taken again; so often at most.
DISTURBED, MOST_REPETITIONS = 0.15, 8
WEIGHED = ("auth-service", "shared_database", "endpoint", "jwt")


def main() -> None:
    """Measure and show; a wrong answer, or none, is one line and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="for each target in each round")
    parser.add_argument(
        "--only", nargs="+", help="targets whose name contains one of these, and their floors"
    )
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("make bench needs wrk (apt-get install wrk)")
    try:
        with Servers() as servers:
            measure(servers, options)
    except (BenchmarkFailed, MongodUnavailable) as failure:
        sys.exit(f"The benchmark failed: {failure}")
    except KeyboardInterrupt:
        sys.exit("Interrupted; what had been started is stopped.")


def measure(servers: Servers, options: argparse.Namespace) -> None:
    """Check and warm up every target, load them in turns, and show what came of it."""
    chosen = choose(targets(servers), options.only)
    for target in chosen:
        check(target)
        load(target, servers.mongod, WARM_UP_SECONDS)
    again = MOST_REPETITIONS
    samples: dict[str, list[Sample]] = {target.name: [] for target in chosen}
    for number in range(options.rounds):
        print(f"  round {number + 1} of {options.rounds} …", file=sys.stderr, flush=True)
        for target in chosen:
            sample = load(target, servers.mongod, options.seconds)
            if sample.others > DISTURBED and again:
                again -= 1
                sample = min(sample, load(target, servers.mongod, options.seconds), key=lambda it: it.others)
            samples[target.name].append(sample)
    results, memory = summarize(chosen, samples), weigh(servers)
    place = machine([sample for own in samples.values() for sample in own])
    print(f"{report.terminal_table(results)}\n\n{report.memory_sentence(memory)}\n{place}")
    if not options.only:
        replace_between_markers(
            DOCUMENT, "benchmarks", report.markdown_table(results, memory) + f"\n{place}\n"
        )
        PLOT.write_text(plot.draw(results))
        print(f"Written to {DOCUMENT.relative_to(PROJECT)} and {PLOT.relative_to(PROJECT)}.")


def choose(all_of_them: list[Target], only: list[str] | None) -> list[Target]:
    """Those whose name contains one of the texts, and what they are compared with."""
    if only is None:
        return all_of_them
    named = [target for target in all_of_them if any(text in target.name for text in only)]
    wanted = {target.name for target in named} | {target.floor for target in named}
    wanted |= {target.floor for target in all_of_them if target.name in wanted}
    return [target for target in all_of_them if target.name in wanted]


def weigh(servers: Servers) -> dict[str, float]:
    """The heaviest worker of each service, in MB."""
    workers = {name: processes.children(*servers.masters(name)) for name in WEIGHED}
    return {name: max(map(processes.memory_mb, pids)) for name, pids in workers.items()}


def machine(samples: list[Sample]) -> str:
    """On what it was measured, and how much of that was busy with other things."""
    wrk = subprocess.run(["wrk", "--version"], capture_output=True, text=True).stdout.split(" [")[0]
    python = ".".join(map(str, sys.version_info[:3]))
    others = [sample.others for sample in samples]
    return (
        f"{os.cpu_count()} cores shared with {wrk.lower()}, Python {python}; other processes took "
        f"{median(others):.0%} of the machine meanwhile, {max(others):.0%} at the most."
    )


if __name__ == "__main__":
    main()
