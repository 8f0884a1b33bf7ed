"""What the rounds come to: medians, and ratios of what was measured side by side."""

from dataclasses import dataclass
from statistics import median

from tests.benchmarks.load import Sample
from tests.benchmarks.targets import Target


@dataclass(frozen=True)
class Result:
    """A target's row. CPU is None where it could not be read, the ratio for what is compared with nothing."""

    name: str
    floor: str | None
    per_second: float
    ratio: float | None
    p50_ms: float
    p99_ms: float
    server_us: float
    mongod_us: float | None


def summarize(targets: list[Target], samples: dict[str, list[Sample]]) -> list[Result]:
    """A row for each target, in their order; `samples` has one for each round."""
    return [summarize_one(target, samples) for target in targets]


def summarize_one(target: Target, samples: dict[str, list[Sample]]) -> Result:
    """The ratio is the median of each round's own: the machine's speed changes from one to the next."""
    own = samples[target.name]
    ratio = None
    if target.floor is not None:
        rounds = zip(own, samples[target.floor], strict=True)
        ratio = median(sample.per_second / floor.per_second for sample, floor in rounds)
    return Result(
        name=target.name,
        floor=target.floor,
        per_second=median(sample.per_second for sample in own),
        ratio=ratio,
        p50_ms=median(sample.p50_ms for sample in own),
        p99_ms=median(sample.p99_ms for sample in own),
        server_us=median(sample.server_us for sample in own),
        mongod_us=median(sample.mongod_us for sample in own) if own[0].mongod_us is not None else None,
    )
