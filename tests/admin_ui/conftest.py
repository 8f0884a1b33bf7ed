"""The real auth-service as a process of its own on a real MongoDB, and the admin UI before it."""

import base64
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from pymongo import MongoClient

from admin_ui.app import create_app
from admin_ui.clock import Clock
from admin_ui.settings import Settings
from tests.admin_ui.browser import Browser

SOURCE = Path(__file__).parents[2] / "auth-service" / "src"
MIGRATE = "from auth_service import migrate, settings; migrate.migrate(settings.load())"


class SetClock(Clock):
    """The real time, moved on by the tests."""

    def __init__(self) -> None:
        self.ahead = 0

    def now(self) -> int:
        return super().now() + self.ahead


@dataclass
class AuthService:
    """The running authorization server, and a token to prepare and inspect things with."""

    issuer: str
    client_secret: str
    token: str = ""

    def api(self, method: str, path: str, status: int = 200, **request) -> dict:
        """A call of the admin API by the automation client."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(
            method, f"{self.issuer}/admin-api/v1/{path}", headers=bearer, timeout=10, **request
        )
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else {}

    def is_active(self, token: str) -> bool:
        """Whether the token is good, asked as the demo's resource server."""
        answer = requests.post(
            f"{self.issuer}/oauth/introspect",
            auth=("demo-api", "demo-api-secret"),
            data={"token": token},
            timeout=10,
        )
        return answer.json()["active"]

    def password_token(self, username: str) -> dict:
        """Tokens of the demo's web app for somebody."""
        answer = requests.post(
            f"{self.issuer}/oauth/token",
            auth=("demo-web", "demo-web-secret"),
            data={"grant_type": "password", "username": username, "password": "valid", "scope": "profile"},
            timeout=10,
        )
        return answer.json()


@pytest.fixture(scope="session")
def auth_service(mongodb_uri: str) -> Iterator[AuthService]:
    """auth-service in demo mode under `compat`, with a database of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = AuthService(f"http://127.0.0.1:{port}", "s3cret/with+signs=that need&encoding%:")
    database = f"test_{secrets.token_hex(6)}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")},
        "PYTHONPATH": str(SOURCE),
        "GATEHOUSE_ISSUER": service.issuer,
        "GATEHOUSE_PROFILE": "compat",
        "GATEHOUSE_DEMO": "true",
        "GATEHOUSE_MONGODB_URI": mongodb_uri,
        "GATEHOUSE_MONGODB_DATABASE": database,
        "GATEHOUSE_SECRET_KEY": secrets.token_hex(20),
        "GATEHOUSE_KEY_ENCRYPTION_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "GATEHOUSE_ADMIN_UI_CLIENT_SECRET": service.client_secret,
        "GATEHOUSE_CLIENT_CACHE_SECONDS": "0",
        "GATEHOUSE_REGISTRATION": "initial_access_token",
    }
    subprocess.run([sys.executable, "-c", MIGRATE], env=environment, check=True, timeout=60)
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "auth_service.app:create_app()",
        "run",
        "-p",
        str(port),
    ]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_until_healthy(service, process)
            service.token = requests.post(
                f"{service.issuer}/oauth/token",
                auth=("demo-automation", "demo-automation-secret"),
                data={"grant_type": "client_credentials", "scope": "admin:read admin:write"},
                timeout=10,
            ).json()["access_token"]
            yield service
        finally:
            process.terminate()
    with MongoClient(mongodb_uri) as client:
        client.drop_database(database)


def _wait_until_healthy(service: AuthService, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "auth-service did not start"
        try:
            if requests.get(f"{service.issuer}/health", timeout=2).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("auth-service did not become healthy")


@pytest.fixture(scope="session")
def session_clock() -> SetClock:
    """The one clock of the shared admin UI."""
    return SetClock()


@pytest.fixture
def clock(session_clock: SetClock) -> Iterator[SetClock]:
    """The admin UI's clock, set right again after the test."""
    yield session_clock
    session_clock.ahead = 0


@pytest.fixture(scope="session")
def make_ui(auth_service: AuthService, session_clock: SetClock) -> Callable[..., Flask]:
    """An admin UI in front of the real auth-service, with these settings changed."""
    secret_key = secrets.token_hex(20)

    def make(**changes) -> Flask:
        values = {
            "issuer": auth_service.issuer,
            "client_secret": auth_service.client_secret,
            "secret_key": secret_key,
        }
        return create_app(Settings(**(values | changes)), session_clock)

    return make


@pytest.fixture(scope="session")
def ui(make_ui: Callable[..., Flask]) -> Flask:
    """The admin UI as it is usually set."""
    return make_ui()


@pytest.fixture
def browser(ui: Flask, auth_service: AuthService, clock: SetClock) -> Iterator[Browser]:
    """A browser in which nobody is signed in."""
    browser = Browser(ui, auth_service.issuer)
    yield browser
    browser.close()


@pytest.fixture
def fresh_admin(browser: Browser) -> Browser:
    """A browser in which the administrator has just signed in, with tokens of this test's own."""
    assert browser.sign_in().status == 200
    return browser


@pytest.fixture(scope="session")
def shared_session(ui: Flask, auth_service: AuthService) -> tuple[str, str]:
    """Name and value of an administrator's session cookie, for tests that leave its tokens alone."""
    browser = Browser(ui, auth_service.issuer)
    assert browser.sign_in().status == 200
    browser.close()
    return browser.session_cookie.key, browser.session_cookie.value


@pytest.fixture
def admin(browser: Browser, shared_session: tuple[str, str]) -> Browser:
    """A browser in which the administrator is signed in."""
    browser.ui.set_cookie(*shared_session, path="/admin", domain=urlsplit(browser.issuer).hostname)
    return browser


@pytest.fixture
def owner(ui: Flask, auth_service: AuthService) -> Iterator[Browser]:
    """A browser in which somebody without any role is signed in."""
    browser = Browser(ui, auth_service.issuer)
    assert browser.sign_in(f"owner-{secrets.token_hex(4)}").status == 200
    yield browser
    browser.close()


@pytest.fixture
def new_client(auth_service: AuthService) -> Callable[..., dict]:
    """Register a client by the admin API."""

    def make(**changes) -> dict:
        values = {
            "client_name": f"App {secrets.token_hex(4)}",
            "grant_types": ["client_credentials"],
            "scope": "profile",
        }
        return auth_service.api("POST", "clients", status=201, json=values | changes)

    return make
