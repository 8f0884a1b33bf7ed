"""The real application on a real MongoDB, migrated once a worker; each test makes the clients and users it needs."""

import base64
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import mongoengine
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo import MongoClient
from pymongo.database import Database

from auth_service.app import create_app
from auth_service.clock import FrozenClock
from auth_service.migrate import migrate
from auth_service.models import Client, ClientSecret, User, database
from auth_service.models.secret import hash_secret
from auth_service.settings import Settings

#: Ahead of the real time, so that MongoDB's own clean-up (TTL) takes nothing away under a test's hands.
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)

REDIRECT_URI = "https://app.example/callback"

WRITE_CONCERN_TIMEOUT = 64


@pytest.fixture(scope="session")
def make_settings(mongodb_uri: str) -> Callable[..., Settings]:
    """Settings of the demo under `compat`, with these changes."""

    def make(**changes: Any) -> Settings:
        values = {
            "issuer": "http://127.0.0.1:5000",
            "profile": "compat",
            "demo": True,
            "mongodb_uri": mongodb_uri,
            "mongodb_database": f"test_{secrets.token_hex(6)}",
            "secret_key": "s" * 32,
            "key_encryption_key": base64.urlsafe_b64encode(b"k" * 32).decode(),
            "admin_ui_client_secret": "a" * 32,
            "client_cache_seconds": 0,
        }
        return Settings(**(values | changes))

    return make


@pytest.fixture(scope="package", autouse=True)
def connect_durably() -> Iterator[Callable[..., Any]]:
    """Only who asks for this waits for the journal of each write: here no data outlives the database's process."""
    connect = mongoengine.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mongoengine, "connect", lambda **given: connect(**given | {"journal": False}))
        yield connect


@pytest.fixture(scope="session")
def session_clock() -> FrozenClock:
    """The one clock of the shared application."""
    return FrozenClock(START)


@pytest.fixture
def clock(session_clock: FrozenClock) -> Iterator[FrozenClock]:
    """The application's clock, set back after the test."""
    session_clock.moment = START
    yield session_clock
    session_clock.moment = START


@pytest.fixture(scope="session")
def make_app(session_clock: FrozenClock, mongodb_uri: str) -> Iterator[Callable[[Settings], Flask]]:
    """Migrate a database and make the application on it. The documents stay connected to the newest one."""
    made: list[str] = []

    def make(settings: Settings) -> Flask:
        migrate(settings, session_clock)
        made.append(settings.mongodb_database)
        return create_app(settings, session_clock)

    yield make
    with MongoClient(mongodb_uri) as client:
        for name in made:
            client.drop_database(name)


@pytest.fixture(scope="session")
def lent_database(mongodb_uri: str) -> Iterator[Database]:
    """The database that is lent to one test after the other."""
    with MongoClient(mongodb_uri) as client:
        name = f"test_{secrets.token_hex(6)}"
        yield client[name]
        client.drop_database(name)


@pytest.fixture
def empty_database(lent_database: Database) -> str:
    """A database for this test, without a document. Its collections stay: `migrate` takes longest to make them."""
    for found in lent_database.list_collections(filter={"type": "collection"}):
        if not found["name"].startswith("system."):
            lent_database[found["name"]].delete_many({})
    return lent_database.name


@pytest.fixture(scope="session")
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """The settings of the shared application."""
    return make_settings()


@pytest.fixture(scope="session")
def open_registration(make_settings: Callable[..., Settings]) -> Settings:
    """The settings of another, with which everybody may register clients."""
    return make_settings(registration="open")


@pytest.fixture(scope="session")
def shared_apps() -> dict[str, Flask]:
    """The applications that modules share, by their database: making one takes longer than ten tests."""
    return {}


@pytest.fixture(scope="module")
def app(make_app: Callable[[Settings], Flask], settings: Settings, shared_apps: dict[str, Flask]) -> Flask:
    """The application under `compat`, in demo mode."""
    name = settings.mongodb_database
    if name not in shared_apps:
        shared_apps[name] = make_app(settings)
    return shared_apps[name]


@pytest.fixture(autouse=True)
def connected(request: pytest.FixtureRequest) -> None:
    """The documents know one database at a time: the shared application's, whatever a test before connected."""
    if "app" in request.fixturenames:
        request.getfixturevalue("app")
        settings = request.getfixturevalue("settings")
        connections = mongoengine.connection._connection_settings
        if connections.get("default", {}).get("name") != settings.mongodb_database:
            database.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)


@pytest.fixture
def client(app: Flask, clock: FrozenClock) -> FlaskClient:
    """A browser, or any program, that calls the application."""
    return app.test_client()


@pytest.fixture
def fail(settings: Settings) -> Iterator[Callable[..., None]]:
    """Have the next command of this name on this collection of the shared application fail.

    If nothing else is said, the write is done, and whether it will be kept is not known in time.
    """
    with MongoClient(settings.mongodb_uri.get_secret_value()) as mongodb:

        def arrange(command: str, collection: str, times: int = 1, **fault: Any) -> None:
            where = {"failCommands": [command], "namespace": f"{settings.mongodb_database}.{collection}"}
            fault = fault or {"writeConcernError": {"code": WRITE_CONCERN_TIMEOUT, "errmsg": "timed out"}}
            mode = {"times": times}
            mongodb.admin.command("configureFailPoint", "failCommand", mode=mode, data=where | fault)

        yield arrange
        mongodb.admin.command("configureFailPoint", "failCommand", mode="off")


@pytest.fixture
def register(app: Flask, clock: FrozenClock) -> Callable[..., str]:
    """Register a client with a random id; returns the id. Its secret, unless it is public, is `<id>-secret`."""

    def make(**metadata: Any) -> str:
        client_id = f"client-{secrets.token_hex(6)}"
        now = clock.now()
        values = {
            "client_name": "Test app",
            "redirect_uris": [REDIRECT_URI],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials", "password"],
            "response_types": ["code"],
            "scope": "openid profile email notes:read notes:write",
            "token_endpoint_auth_method": "client_secret_basic",
            "created_at": now,
            "updated_at": now,
        } | metadata
        if values["token_endpoint_auth_method"] != "none":
            values["secrets"] = [ClientSecret(hash=hash_secret(f"{client_id}-secret"), created_at=now)]
        Client(client_id=client_id, **values).save(force_insert=True)
        return client_id

    return make


@pytest.fixture
def username() -> str:
    """A name that nobody has used yet."""
    return f"user-{secrets.token_hex(6)}"


@pytest.fixture
def user(app: Flask, clock: FrozenClock, username: str) -> User:
    """An account of that name."""
    found = User.find_or_create(username, clock.now())
    assert found is not None
    return found


@pytest.fixture
def sign_in(client: FlaskClient) -> Callable[..., None]:
    """Sign somebody in through the sign-in page."""

    def through_the_page(name: str, path: str = "/login") -> Any:
        page = client.get(path).get_data(as_text=True)
        form = {"csrf_token": csrf_token(page), "username": name, "password": "valid"}
        response = client.post(path, data=form)
        assert response.status_code == 303, response.get_data(as_text=True)
        return response

    return through_the_page


def csrf_token(page: str) -> str:
    """The token in a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def basic(client_id: str, secret: str | None = None) -> tuple[str, str]:
    """The credentials of a client made by `register`, for HTTP Basic."""
    return client_id, secret or f"{client_id}-secret"
