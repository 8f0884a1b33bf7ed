"""How a page looks to those who use it."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text()
READABLE = 4.5  # the contrast of text to what is behind it: WCAG 2.2 §1.4.3


@dataclass(frozen=True)
class Appearance:
    """What `appearance.js` saw."""

    too_wide: int  # pixels
    pale: list[str]  # texts, with their contrast
    dark: bool


def appearance_of(page: Page) -> Appearance:
    """Look at the page as it is now."""
    seen = page.evaluate(SCRIPT, READABLE)
    return Appearance(seen["tooWide"], seen["pale"], seen["dark"])
