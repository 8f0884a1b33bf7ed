"""Measure the README's numbers and write them there: `python3 -m deploy.numbers [--only local …] [--forget-images]`.

Each part works in a clone of what is committed, in a temporary folder with empty caches, so that nothing is
prepared. The README keeps its table unless every number could be had. Exit status 1 if one could not, or is over its
limit.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator

from deploy.numbers import docker_demo, local_demo
from deploy.numbers.commands import PROJECT, FreshClone, Unmeasured
from deploy.numbers.marked import replace_between_markers
from deploy.numbers.table import Number, markdown

QUIET = 1.0  # load average above which durations would be somebody else's
TEST_PATIENCE = 2400


def main() -> None:
    """Measure part by part, print what came of it, and write the table of a complete run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=["local", "docker", "tests"], help="print, do not write")
    parser.add_argument("--forget-images", action="store_true", help="remove our images and the build cache")
    options = parser.parse_args()
    if os.getloadavg()[0] > QUIET:
        print(
            f"  The machine is busy (load {os.getloadavg()[0]:.1f}): durations will be longer.",
            file=sys.stderr,
        )
    parts: dict[str, Callable[[FreshClone], Iterator[Number]]] = {
        "local": local_demo.measure,
        "docker": lambda clone: docker_demo.measure(clone, options.forget_images),
        "tests": measure_tests,
    }
    left_out: list[str] = []
    numbers = [number for name in options.only or parts for number in measured(parts[name], left_out)]
    for number in numbers:
        verdict = "" if number.good else "  TOO MUCH"
        print(f"{number.what}: {number.measured:.1f} {number.unit} (at most {number.limit:.0f}){verdict}")
    for reason in left_out:
        print(f"left out: {reason}")
    if not options.only and not left_out:
        replace_between_markers(PROJECT / "README.md", "numbers", markdown(numbers))
    sys.exit(bool(left_out) or not all(number.good for number in numbers))


def measured(part: Callable[[FreshClone], Iterator[Number]], left_out: list[str]) -> Iterator[Number]:
    """The part's numbers, up to the first that cannot be had; why it cannot is added to `left_out`."""
    try:
        with FreshClone() as clone:
            yield from part(clone)
    except Unmeasured as reason:
        left_out.append(str(reason))


def measure_tests(clone: FreshClone) -> Iterator[Number]:
    """Every test that the machine can run, all that they need installed on the way."""
    yield Number(
        "`make test`, all suites, nothing prepared",
        clone.make("test", patience=TEST_PATIENCE) / 60,
        "min",
        20,
    )


if __name__ == "__main__":
    main()
