"""Text that a script keeps up to date inside of a page that people write."""

from pathlib import Path


class MarkersMissing(Exception):
    """The page has no place for what was measured."""


def replace_between_markers(page: Path, name: str, text: str) -> None:
    """Put the text between `<!-- name:begin -->` and `<!-- name:end -->`; raises MarkersMissing."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    content = page.read_text() if page.exists() else ""
    before, found_begin, rest = content.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise MarkersMissing(f"{page.name} has no {begin} … {end}")
    page.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}")
