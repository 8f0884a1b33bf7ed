"""The table: for the terminal, and as Markdown for the documentation."""

from collections.abc import Iterable

from tests.benchmarks.results import Result

HEADINGS = ("request", "req/s", "ratio", "of", "p50 ms", "p99 ms", "CPU µs: services", "mongod")


def cells(result: Result, letters: dict[str, str]) -> tuple[str, ...]:
    """A row's texts; `letters` name the floors."""
    letter = letters.get(result.name)
    return (
        result.name + (f" ({letter})" if letter else ""),
        f"{result.per_second:.0f}",
        "" if result.ratio is None else f"{result.ratio:.2f}",
        letters[result.floor] if result.floor else "",
        f"{result.p50_ms:.1f}",
        f"{result.p99_ms:.1f}",
        f"{result.server_us:.0f}",
        "" if result.mongod_us is None else f"{result.mongod_us:.0f}",
    )


def letters_of_floors(results: Iterable[Result]) -> dict[str, str]:
    """A letter for each target that others are compared with: A, B …"""
    floors = dict.fromkeys(result.floor for result in results if result.floor)
    return {floor: chr(ord("A") + index) for index, floor in enumerate(floors)}


def terminal_table(results: list[Result]) -> str:
    """The results for the terminal."""
    letters = letters_of_floors(results)
    return columns([HEADINGS, *(cells(result, letters) for result in results)])


def columns(rows: list[tuple[str, ...]]) -> str:
    """Rows of texts in columns that are padded with spaces."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def markdown_table(results: list[Result], memory_mb: dict[str, float]) -> str:
    """The same in Markdown, and what the workers weigh."""
    letters = letters_of_floors(results)
    lines = [HEADINGS, ("---", *["---:"] * (len(HEADINGS) - 1))]
    lines += [cells(result, letters) for result in results]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{memory_sentence(memory_mb)}\n"


def memory_sentence(memory_mb: dict[str, float]) -> str:
    """What the heaviest worker of each service weighs after the load."""
    weights = ", ".join(f"{name} {mb:.0f} MB" for name, mb in memory_mb.items())
    return f"Memory of a worker after the load, at most: {weights}."
