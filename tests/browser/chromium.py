"""Which Chromium is driven."""

import os
import shutil

#: The shell draws the same pages, but no windows around them: half the work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "there is no Chromium: apt-get install chromium-headless-shell, or name one in CHROMIUM"


def find_chromium() -> str | None:
    """The path of the environment's, else of the first that is installed; None if there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
