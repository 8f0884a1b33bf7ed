"""Settings come from variables or files; a bad start names every fault at once and shows no secret."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resource_api.settings import Settings, load

GOOD = {"RESOURCE_API_ISSUER": "https://id.example.com", "RESOURCE_API_MONGODB_URI": "mongodb://mongo/"}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("RESOURCE_API_", "WEB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GATEHOUSE_SECRETS_DIR", str(tmp_path))


def load_with(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, value in {**GOOD, **{f"RESOURCE_API_{key}": value for key, value in changes.items()}}.items():
        monkeypatch.setenv(name, value)
    return load()


def test_the_defaults_follow_the_issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_with(monkeypatch)
    assert settings.audience == "https://id.example.com/api"
    assert settings.introspection_endpoint == "https://id.example.com/oauth/introspect"
    assert settings.jwks_uri == "https://id.example.com/oauth/jwks"
    assert (settings.introspection, settings.gatehouse_database) == ("shared_database", "gatehouse")


def test_a_file_is_as_good_as_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "resource_api_client_secret").write_text("from-a-file\n")
    settings = load_with(monkeypatch, INTROSPECTION="endpoint")
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "from-a-file"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", ""),
        ("ISSUER", "id.example.com"),
        ("ISSUER", "ftp://id.example.com"),
        ("ISSUER", "https://id.example.com/"),
        ("ISSUER", "https://id.example.com/path"),
        ("ISSUER", "https://id.example.com?a=b"),
        ("ISSUER", "https://id.example.com#a"),
        ("ISSUER", "https://user:password@id.example.com"),
        ("ISSUER", "https://id.example.com:"),
        ("ISSUER", "https://id.example.com:port"),
        ("ISSUER", "https://[::1"),
        ("ISSUER", "https://ïd.example.com"),
        ("ISSUER", 'https://id.example.com" evil="'),
        ("AUDIENCE", "api"),
        ("INTROSPECTION", "both"),
        ("MONGODB_URI", "mongo:27017"),
        ("MONGODB_URI", "mongodb://"),
        ("MONGODB_URI", "mongodb://user:p@ss/word@mongo/"),
        ("MONGODB_DATABASE", "a/b"),
        ("GATEHOUSE_DATABASE", ""),
        ("CLIENT_CACHE_SECONDS", "-1"),
        ("CLIENT_ID", ""),
        ("JWKS_URI", "/oauth/jwks"),
        ("LOG_LEVEL", "chatty"),
    ],
)
def test_a_wrong_value_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        load_with(monkeypatch, **{name: value})
    assert f"\n  RESOURCE_API_{name}: " in str(stopped.value)
    assert len(str(stopped.value).splitlines()) == 2


@pytest.mark.parametrize("name", ["WEB_WORKERS", "WEB_THREADS"])
@pytest.mark.parametrize("value", ["many", "", "1.5", "0", "-1", "257"])
def test_wrong_numbers_of_workers_and_threads(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        load_with(monkeypatch, LOG_LEVEL="chatty")
    assert f"\n  {name}: Input should be " in str(stopped.value)
    assert "\n  RESOURCE_API_LOG_LEVEL: " in str(stopped.value)


def test_every_fault_is_listed_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GATEHOUSE_SECRETS_DIR", str(tmp_path / "absent"))
    faults: dict[str, Any] = {
        "ISSUER": "nonsense",
        "MONGODB_URI": "mongodb://user:hunter2@@",
        "INTROSPECTION": "endpoint",
        "LOG_LEVEL": "LOUD",
    }
    with pytest.raises(SystemExit) as stopped:
        load_with(monkeypatch, **faults)
    message = str(stopped.value)
    assert "hunter2" not in message
    names = [line.split(":")[0].strip() for line in message.splitlines()[1:]]
    assert names == [
        "GATEHOUSE_SECRETS_DIR",
        "RESOURCE_API_ISSUER",
        "RESOURCE_API_MONGODB_URI",
        "RESOURCE_API_CLIENT_SECRET",
        "RESOURCE_API_LOG_LEVEL",
    ]


@pytest.mark.thorough
def test_gunicorn_does_not_start_on_wrong_settings() -> None:
    """As in production: status 1, every fault and no traceback."""
    folder = Path(__file__).parents[2] / "resource-api"
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "resource_api.app:create_app()"]
    wrong = {"RESOURCE_API_ISSUER": "nonsense", "WEB_WORKERS": "abc", "WEB_THREADS": "-1"}
    environment = {**os.environ, "WEB_BIND": "127.0.0.1:0", **wrong}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    for name in (*wrong, "RESOURCE_API_MONGODB_URI"):
        assert f"\n  {name}: " in ended.stderr
    assert "Traceback" not in ended.stderr
