"""The README's table of numbers."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Number:
    """Something measured, and what it must not exceed, in the same unit."""

    what: str
    measured: float
    unit: str
    limit: float

    @property
    def good(self) -> bool:
        """Whether it is within its limit."""
        return self.measured <= self.limit


def markdown(numbers: list[Number]) -> str:
    """A row a number, then the machine that they are of."""
    rows = [f"| {it.what} | {it.measured:.0f} {it.unit} | {it.limit:.0f} {it.unit} |" for it in numbers]
    return "\n".join(["| | measured | at most |", "|---|---:|---:|", *rows, "", machine()])


def machine() -> str:
    """On what and when it was measured."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    today = datetime.now(UTC).date()
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}, {today}."
