"""A wrong setting stops the start, with every fault listed at once and no trace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from admin_ui.settings import load

SERVICE = Path(__file__).parents[2] / "admin-ui"
GOOD = {
    "ADMIN_UI_ISSUER": "http://127.0.0.1:5000",
    "ADMIN_UI_CLIENT_SECRET": "c" * 32,
    "ADMIN_UI_SECRET_KEY": "s" * 32,
}


def start(**environment: str) -> subprocess.CompletedProcess:
    """Load the settings in a process of its own."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ADMIN_UI", "GATEHOUSE"))
    }
    return subprocess.run(
        [sys.executable, "-c", "from admin_ui.settings import load; print(load().auth_service_url)"],
        env={**kept, "PYTHONPATH": str(SERVICE / "src"), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_every_fault_is_listed():
    done = start(ADMIN_UI_ISSUER="http://id.example", ADMIN_UI_SECRET_KEY="short", ADMIN_UI_LOG_LEVEL="LOUD")

    assert done.returncode == 1
    for name in ("ISSUER", "CLIENT_SECRET", "SECRET_KEY", "LOG_LEVEL"):
        assert f"ADMIN_UI_{name}: " in done.stderr
    assert "Traceback" not in done.stderr and "short" not in done.stderr.replace("shorter", "")


@pytest.mark.parametrize(
    "issuer",
    ["https://id.example/", "https://id.example/x", "ftp://id.example", "https://u:p@id.example", "x"],
)
def test_the_issuer_is_an_origin_and_nothing_more(monkeypatch, capsys, issuer):
    for name, value in (GOOD | {"ADMIN_UI_ISSUER": issuer}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load()
    assert "ADMIN_UI_ISSUER: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("WEB_WORKERS", it) for it in ("many", "", "0", "-1", "2")),
        *(("WEB_THREADS", it) for it in ("many", "", "0", "-1", "257")),
    ],
)
def test_it_has_one_worker_and_a_sensible_number_of_threads(monkeypatch, capsys, name, value):
    for variable, good in (GOOD | {"WEB_WORKERS": "1", "WEB_THREADS": "8"}).items():
        monkeypatch.setenv(variable, good)
    assert load().web_workers == 1
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load()
    assert f"\n  {name}: Input should be " in capsys.readouterr().err


@pytest.mark.thorough
def test_the_back_channel_is_the_issuer_unless_said_otherwise():
    assert start(**GOOD).stdout.strip() == "http://127.0.0.1:5000"
    compose = start(**GOOD, ADMIN_UI_AUTH_SERVICE_URL="http://auth-service:8000")
    assert compose.stdout.strip() == "http://auth-service:8000"


@pytest.mark.thorough
def test_secrets_may_be_files(tmp_path):
    (tmp_path / "admin_ui_client_secret").write_text("c" * 32)
    (tmp_path / "admin_ui_secret_key").write_text("s" * 32)

    done = start(ADMIN_UI_ISSUER="https://id.example", GATEHOUSE_SECRETS_DIR=str(tmp_path))

    assert done.returncode == 0, done.stderr


@pytest.mark.thorough
def test_gunicorn_gives_up_at_once():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADMIN_UI")}
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "admin_ui.app:create_app()"],
        env={
            **kept,
            "PYTHONPATH": "src",
            "WEB_BIND": "127.0.0.1:0",
            "WEB_WORKERS": "abc",
            "WEB_THREADS": "-1",
        },
        cwd=SERVICE,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    assert "ADMIN_UI_ISSUER: Field required" in done.stderr
    assert "\n  WEB_WORKERS: " in done.stderr and "\n  WEB_THREADS: " in done.stderr
    assert "Traceback" not in done.stderr
