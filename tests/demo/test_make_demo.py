"""`make demo` and `make down`, as somebody with only the README uses them."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from deploy.local.child_process import Identity, is_running
from tests.suites import no_engine

PROJECT = Path(__file__).parents[2]
METADATA = "/.well-known/oauth-authorization-server"
BOUND = {"local": 180, "docker": 400}  # seconds


def make(
    target: str, directory: Path = PROJECT, environment: dict[str, str] | None = None, **variables: str
) -> subprocess.CompletedProcess:
    """Run one of the project's commands as from a terminal of one's own, on a machine with this environment."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("MODE", "PORT", "PROFILE", "PURGE")
    }
    return subprocess.run(
        ["make", "--no-print-directory", target, *(f"{name}={value}" for name, value in variables.items())],
        cwd=directory,
        env=kept | (environment or {}),
        capture_output=True,
        text=True,
        timeout=BOUND["docker" if variables.get("MODE") == "docker" else "local"],
    )


def complaint(refused: subprocess.CompletedProcess) -> str:
    """The one line that says why not; raises AssertionError if it is not one, or a traceback."""
    said = [line for line in refused.stderr.splitlines() if not line.startswith("make")]
    assert refused.returncode != 0
    assert len(said) == 1, refused.stderr
    assert "Traceback" not in refused.stderr
    return said[0]


def read(port: str, path: str = "/oauth/jwks") -> dict:
    """A public document of the system on that port."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return json.load(answer)


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.fixture
def port():
    """A port that nobody listens on."""
    return free_port()


@pytest.fixture
def docker_that(tmp_path):
    """A function that puts a docker command first on PATH which does this instead of answering."""

    def put(behaves: str) -> dict[str, str]:
        command = tmp_path / "docker"
        command.write_text(f"#!/bin/sh\n{behaves}\n")
        command.chmod(0o755)
        return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    return put


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


def test_down_needs_nothing_that_clean_removes(tmp_path, port):
    """The same files and data without .venv, stopped with a Python that has no packages."""
    shutil.copytree(PROJECT / "deploy", tmp_path / "deploy")
    shutil.copy(PROJECT / "Makefile", tmp_path)
    (tmp_path / ".gatehouse").symlink_to(PROJECT / ".gatehouse")
    bare = str(Path(sys.executable).resolve())
    try:
        assert make("demo", MODE="local", PORT=port).returncode == 0
        state = json.loads((PROJECT / ".gatehouse" / port / "state.json").read_text())
        down = make("down", tmp_path, MODE="local", PORT=port, PURGE="1", PYTHON=bare)
        assert (down.returncode, down.stderr) == (0, "")
        assert f"Stopped the local system on port {port}." in down.stdout
        assert not [name for name, it in state["processes"].items() if is_running(Identity(*it))]
        assert not (PROJECT / ".gatehouse" / port).exists()
    finally:
        make("down", MODE="local", PORT=port, PURGE="1")


def test_a_port_that_is_taken_is_one_clear_line(mode):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = make("demo", MODE=mode, PORT=port)
        make("down", MODE=mode, PORT=port, PURGE="1")
    assert port in complaint(refused)


@pytest.mark.parametrize(
    "wrong", [{"MODE": "cloud"}, {"PORT": "http"}, {"PORT": "70000"}, {"PROFILE": "loose"}], ids=str
)
def test_a_wrong_wish_is_one_clear_line(wrong):
    [name] = wrong
    assert name in complaint(make("demo", **wrong))


def test_a_wrong_setting_is_named_without_a_trace(port):
    refused = make("demo", environment={"WEB_WORKERS": "abc"}, MODE="local", PORT=port)
    make("down", MODE="local", PORT=port, PURGE="1")
    assert refused.returncode != 0
    assert "  WEB_WORKERS: Input should be a valid integer" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_two_services_have_as_many_workers_as_they_are_given_and_admin_ui_one(port):
    up = make("demo", environment={"WEB_WORKERS": "3"}, MODE="local", PORT=port)
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        state = json.loads((PROJECT / ".gatehouse" / port / "state.json").read_text())
        workers = {name: len(children(pid)) for name, (pid, _) in state["processes"].items()}
        assert workers == {"mongo": 0, "auth-service": 3, "resource-api": 3, "admin-ui": 1, "gateway": 0}
    finally:
        make("down", MODE="local", PORT=port, PURGE="1")


def children(pid: int) -> list[str]:
    """The processes that a process has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.parametrize("behaves", ["exit 1", "exec sleep 60"])
def test_an_engine_that_does_not_answer_is_one_clear_line(docker_that, port, behaves):
    refused = make("demo", environment=docker_that(behaves), MODE="docker", PORT=port)
    assert "no Docker engine answers" in complaint(refused)
    assert not (PROJECT / ".gatehouse" / port).exists()


def test_where_no_engine_answers_it_says_so_and_two_copies_live_side_by_side(docker_that, port):
    no_engine, other = docker_that("exit 1"), free_port()
    try:
        first = make("demo", environment=no_engine, PORT=port)
        assert first.returncode == 0, first.stderr
        assert "as local processes: no Docker engine answers" in first.stdout
        keys = read(port)
        assert make("demo", environment=no_engine, PORT=other, PROFILE="oauth21").returncode == 0
        assert read(other) != keys
        legacy = {"implicit", "password"}
        grants = [set(read(it, METADATA)["grant_types_supported"]) & legacy for it in (port, other)]
        assert grants == [legacy, set()]
        make("down", environment=no_engine, PORT=other, PURGE="1")
        assert read(port) == keys
        make("down", environment=no_engine, PORT=port)
        assert make("demo", environment=no_engine, PORT=port).returncode == 0
        assert read(port) == keys  # its data was kept
    finally:
        for started in (port, other):
            make("down", environment=no_engine, PORT=started, PURGE="1")
            assert not (PROJECT / ".gatehouse" / started).exists()


def test_a_python_that_cannot_make_environments_is_one_clear_line(tmp_path, port):
    """As on Debian without the package python3-venv, which brings the module `ensurepip`."""
    shutil.copytree(PROJECT / "deploy", tmp_path / "clone/deploy")
    shutil.copy(PROJECT / "Makefile", tmp_path / "clone")
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "python3").symlink_to(Path(sys.executable).resolve())
    for name in ("make", "sh"):  # and not uv, which could make one
        (tools / name).symlink_to(str(shutil.which(name)))
    bare = {"PATH": str(tools), "PYTHONPATH": str(tmp_path)}
    refused = make("demo", tmp_path / "clone", bare, MODE="local", PORT=port)
    assert "install python3-venv" in complaint(refused)
    assert not (tmp_path / "clone/.gatehouse").exists()
