"""`make demo` and `make down`, as somebody with only the README uses them."""

import json
import os
import re
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.suites import no_engine

PROJECT = Path(__file__).parents[2]
BOUND = {"local": 180, "docker": 400}  # seconds


def make(target: str, **variables: str) -> subprocess.CompletedProcess:
    """Run one of the project's commands as from a terminal of one's own."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("MODE", "PORT", "PROFILE", "PURGE")
    }
    return subprocess.run(
        ["make", "--no-print-directory", target, *(f"{name}={value}" for name, value in variables.items())],
        cwd=PROJECT,
        env=kept,
        capture_output=True,
        text=True,
        timeout=BOUND[variables.get("MODE", "local")],
    )


@pytest.fixture
def port():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.fixture(params=["local", pytest.param("docker", marks=pytest.mark.containers)])
def mode(request):
    if request.param == "docker" and (reason := no_engine()):
        pytest.skip(reason)
    return request.param


def test_up_used_by_pasting_and_down_again(mode, port):
    up = make("demo", MODE=mode, PORT=port)
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        assert f"http://127.0.0.1:{port}" in up.stdout
        assert "admin" in up.stdout
        lines = "\n".join(re.findall(r"^ +((?:TOKEN=\$\()?curl .*)$", up.stdout, re.MULTILINE))
        pasted = subprocess.run(["bash", "-euc", lines], capture_output=True, text=True, timeout=30)
        assert json.loads(pasted.stdout)["username"] == "ada"
    finally:
        kept = make("down", MODE=mode, PORT=port)
        purged = make("down", MODE=mode, PORT=port, PURGE="1")
    assert kept.returncode == 0, kept.stdout + kept.stderr
    assert "kept" in kept.stdout.lower() or "keep" in kept.stdout.lower()
    assert purged.returncode == 0, purged.stdout + purged.stderr
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)


def test_the_command_line_finds_the_local_processes(port):
    up = make("demo", MODE="local", PORT=port)
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        settings = PROJECT / ".gatehouse" / port / "gatehouse"
        made = subprocess.run(
            [PROJECT / ".venv/bin/gatehouse", "create-user", "eve", "--generate-password", "--json"],
            env={"PATH": os.environ["PATH"], "GATEHOUSE_SECRETS_DIR": str(settings)},
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout)["username"] == "eve"
        assert {path.stat().st_mode & 0o077 for path in (settings, *settings.iterdir())} == {0}
    finally:
        make("down", MODE="local", PORT=port, PURGE="1")


def test_a_port_that_is_taken_is_one_clear_line(mode):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = make("demo", MODE=mode, PORT=port)
        make("down", MODE=mode, PORT=port, PURGE="1")
    said = [line for line in refused.stderr.splitlines() if not line.startswith("make")]
    assert refused.returncode != 0
    assert len(said) == 1, refused.stderr
    assert port in said[0]
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "wrong", [{"MODE": "cloud"}, {"PORT": "http"}, {"PORT": "70000"}, {"PROFILE": "loose"}], ids=str
)
def test_a_wrong_wish_is_one_clear_line(wrong):
    refused = subprocess.run(
        ["make", "--no-print-directory", "demo", *(f"{name}={value}" for name, value in wrong.items())],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    [name] = wrong
    said = [line for line in refused.stderr.splitlines() if not line.startswith("make")]
    assert refused.returncode != 0
    assert len(said) == 1 and name in said[0], refused.stderr
