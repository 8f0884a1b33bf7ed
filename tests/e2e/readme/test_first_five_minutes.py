"""The README's commands, pasted into one shell, one after the other."""

import re
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).parents[3] / "README.md"
CHAPTER = "## The first five minutes"

#: What each block of the chapter must print, in order.
EXPECTED = [
    [r'"username": ?"ada"'],
    [r"^HTTP/1\.1 403 ", r'error="insufficient_scope"', r'scope="notes:read"'],
    [r'"title": ?"Hello"'],
    [r'"active": ?true', r'"active": ?false'],
    [r'"user_code": ?"[A-Z]{4}-[A-Z]{4}"', r'"verification_uri": ?"http://127.0.0.1:\d+/device"'],
    [r'"error": ?"authorization_pending"'],
    [r'"client_id": ?"[0-9a-f]{32}"', r'"client_secret": ?"gcs_', r'"registration_access_token": ?"gra_'],
]


def blocks() -> list[str]:
    """The chapter's shell blocks."""
    chapter = README.read_text().partition(CHAPTER)[2].partition("\n### ")[0]
    return re.findall(r"```bash\n(.*?)```", chapter, re.DOTALL)


@pytest.fixture(scope="module")
def printed(gateway) -> list[str]:
    """What each block printed, all of them in one shell."""
    script = "\nprintf '\\n%s\\n' ---\n".join(blocks()).replace("http://127.0.0.1:5000", gateway.url)
    done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n---\n")


def test_every_block_is_accounted_for():
    assert len(blocks()) == len(EXPECTED)


@pytest.mark.parametrize("block", range(len(EXPECTED)))
def test_what_it_says_it_does(printed, block):
    for pattern in EXPECTED[block]:
        assert re.search(pattern, printed[block], re.MULTILINE), printed[block]
