"""What processes take of the machine, from /proc (Linux)."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and its children: a gunicorn and its workers."""
    return [pid, *children(pid)]


def children(pid: int) -> list[int]:
    """The processes that it started and that still run."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pids: Iterable[int]) -> float:
    """How long they have run so far, in user mode and in the kernel."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_A_SECOND


def busy_seconds() -> float:
    """How long all processors together have been busy since the machine started, with whatever."""
    user, nice, system, _idle, _wait, *interrupts = Path("/proc/stat").read_text().split("\n")[0].split()[1:8]
    return sum(map(int, (user, nice, system, *interrupts))) / TICKS_A_SECOND


def memory_mb(pid: int) -> float:
    """Resident memory in MB (10⁶ bytes), pages shared with others included: an upper bound of its own."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"no memory is told of process {pid}")
