"""Settings: a wrong one stops the start, and every fault is listed at once."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from auth_service import settings as settings_module

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
GOOD = {
    "GATEHOUSE_ISSUER": "http://127.0.0.1:5000",
    "GATEHOUSE_MONGODB_URI": "mongodb://127.0.0.1:1",
    "GATEHOUSE_SECRET_KEY": "s" * 32,
    "GATEHOUSE_KEY_ENCRYPTION_KEY": KEY,
}


@pytest.fixture
def load(monkeypatch, capsys):
    """Load the settings as a start does; gives the exit status and what was said."""

    def run(variables, **changes):
        for name in [name for name in os.environ if name.startswith(("GATEHOUSE_", "WEB_"))]:
            monkeypatch.delenv(name)
        for name, value in (variables | changes).items():
            monkeypatch.setenv(name, value)
        status = 0
        try:
            print(settings_module.load())
        except SystemExit as stopped:
            status = stopped.code
        return status, "".join(capsys.readouterr())

    return run


def test_good_settings_start(load):
    status, said = load(GOOD)
    assert (status, "oauth21" in said) == (0, True), said


def test_no_secret_is_shown(load):
    _, said = load(GOOD)
    assert KEY not in said
    assert "s" * 32 not in said


def test_every_fault_is_listed_at_once(load):
    faults = {
        "GATEHOUSE_ISSUER": "http://id.example/",
        "GATEHOUSE_PROFILE": "loose",
        "GATEHOUSE_SECRET_KEY": "short",
        "GATEHOUSE_KEY_ENCRYPTION_KEY": "not-a-key",
        "GATEHOUSE_ACCESS_TOKEN_LIFETIME": "-5",
        "GATEHOUSE_MONGODB_DATABASE": "a/b",
        "WEB_WORKERS": "abc",
    }
    status, said = load(GOOD, **faults)
    assert status == 1
    for name in faults:
        assert f"\n  {name}: " in said
    assert "not-a-key" not in said


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SIGNING_ALGORITHMS", "PS256 EdDSA", "must have RS256 and ES256 among them"),
        ("SIGNING_ALGORITHMS", "RS256 ES256 HS256", "should be 'RS256', 'PS256', 'ES256' or 'EdDSA'"),
        ("SIGNING_ALGORITHMS", "", "must have RS256 and ES256"),
        ("SIGNING_KEY_OVERLAP", "599", "greater than or equal to 10 minutes"),
        ("SIGNING_KEY_OVERLAP", "P90D", "must be shorter than GATEHOUSE_SIGNING_KEY_ROTATION_INTERVAL"),
        ("PREVIOUS_KEY_ENCRYPTION_KEY", "short", "must be 32 bytes"),
        ("REGISTRATION", "ajar", "should be 'closed', 'open' or 'initial_access_token'"),
        ("REGISTRATION_SCOPE", "openid profil", "profil is not a scope of this server"),
        ("REGISTRATION_SCOPE", "openid admin:read", "admin:read reaches the admin API"),
    ],
)
def test_wrong_settings_of_keys_and_registration(load, name, value, told):
    status, said = load(GOOD, **{f"GATEHOUSE_{name}": value})
    assert status == 1
    [line] = [line for line in said.splitlines() if line.strip().startswith(f"GATEHOUSE_{name}: ")]
    assert told in line, line


@pytest.mark.parametrize("name", ["WEB_WORKERS", "WEB_THREADS"])
@pytest.mark.parametrize("value", ["many", "", "1.5", "0", "-1", "257"])
def test_wrong_numbers_of_workers_and_threads(load, name, value):
    status, said = load(GOOD, **{name: value})
    assert (status, len(said.splitlines())) == (1, 2)
    assert f"\n  {name}: Input should be " in said


@pytest.mark.thorough
def test_gunicorn_does_not_start_on_wrong_settings():
    """As in production: status 1, every fault and no traceback."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")}
    ended = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "auth_service.app:create_app()"],
        cwd=Path(__file__).parents[2] / "auth-service",
        env={**kept, "WEB_BIND": "127.0.0.1:0", "WEB_WORKERS": "abc", "WEB_THREADS": "-1"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    for name in ("GATEHOUSE_ISSUER", "WEB_WORKERS", "WEB_THREADS"):
        assert f"\n  {name}: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_algorithms_are_named_in_a_row(load):
    status, said = load(GOOD, GATEHOUSE_SIGNING_ALGORITHMS="RS256  ES256 ES256 EdDSA")
    assert (status, "('RS256', 'ES256', 'EdDSA')" in said) == (0, True), said


@pytest.mark.parametrize(
    ("issuer", "demo", "insist", "starts"),
    [
        ("http://127.0.0.1:5000", "true", "false", True),
        ("http://localhost", "true", "false", True),
        ("http://[::1]:5000", "true", "false", True),
        ("https://id.example", "true", "false", False),
        ("https://id.example", "true", "true", True),
        ("https://id.example", "false", "false", True),
        ("http://id.example", "false", "false", False),
        ("http://127.0.0.1.evil.example", "true", "false", False),
        ("https://id.example/", "false", "false", False),
        ("https://id.example/path", "false", "false", False),
        ("https://user@id.example", "false", "false", False),
        ("https://id.example?x", "false", "false", False),
        ("id.example", "false", "false", False),
        ("https://id.example:port", "false", "false", False),
    ],
)
def test_where_it_may_run(load, issuer, demo, insist, starts):
    changes = {
        "GATEHOUSE_ISSUER": issuer,
        "GATEHOUSE_DEMO": demo,
        "GATEHOUSE_DEMO_BEYOND_LOOPBACK": insist,
    }
    status, said = load(GOOD, **changes)
    assert (status == 0) is starts, said


def test_secrets_may_come_from_files(load, tmp_path):
    (tmp_path / "gatehouse_secret_key").write_text("f" * 40)
    variables = {name: value for name, value in GOOD.items() if name != "GATEHOUSE_SECRET_KEY"}
    status, said = load(variables, GATEHOUSE_SECRETS_DIR=str(tmp_path))
    assert status == 0, said


def test_lifetimes_are_seconds(load):
    status, said = load(GOOD, GATEHOUSE_ACCESS_TOKEN_LIFETIME="600")
    assert (status, "seconds=600" in said) == (0, True), said


def test_a_secrets_folder_that_is_none(load):
    status, said = load(GOOD, GATEHOUSE_SECRETS_DIR="/nowhere", GATEHOUSE_PROFILE="loose")
    assert status == 1
    assert "GATEHOUSE_SECRETS_DIR: /nowhere is not a folder" in said
    assert "GATEHOUSE_PROFILE" in said


def test_a_wrong_mongodb_uri_is_named_and_not_repeated(load):
    status, said = load(GOOD, GATEHOUSE_MONGODB_URI="mongo://user:hunter2@host")
    assert status == 1
    assert "GATEHOUSE_MONGODB_URI" in said
    assert "hunter2" not in said
