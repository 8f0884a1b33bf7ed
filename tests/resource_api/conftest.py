"""resource-api as its clients meet it: one application for each strategy, beside the real auth-service."""

import base64
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import mongoengine
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from pymongo import MongoClient
from pymongo.database import Database

import auth_service.app
from auth_service.migrate import migrate
from auth_service.protocol.first_party import RESOURCE_API
from auth_service.settings import Settings as AuthServiceSettings
from resource_api.app import create_app
from resource_api.database import ALIAS
from resource_api.settings import Settings
from resource_api.startup import prepare
from tests.resource_api.gatehouse import Clock, Gatehouse
from tests.resource_api.loopback import serving

#: Ahead of the real time, so that MongoDB's own clean-up (TTL) takes nothing away under a test's hands.
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
CLIENT_SECRET = "s3cret/with+signs=that need&encoding%"


@pytest.fixture(params=["shared_database", "endpoint", "jwt"])
def strategy(request: pytest.FixtureRequest) -> str:
    """Every test runs once for each way to check tokens, unless its module overrides this."""
    return request.param


@pytest.fixture(scope="session")
def session_clock() -> Clock:
    return Clock(START)


@pytest.fixture
def clock(session_clock: Clock) -> Clock:
    """The one clock of auth-service and resource-api, set back to its start."""
    session_clock.moment = START
    return session_clock


@pytest.fixture(scope="session")
def auth_service_settings(mongodb_uri: str) -> dict[str, Any]:
    return {
        "issuer": "http://127.0.0.1:5000",
        "mongodb_uri": mongodb_uri,
        "mongodb_database": f"test_{secrets.token_hex(6)}",
        "secret_key": "s" * 32,
        "key_encryption_key": base64.urlsafe_b64encode(b"k" * 32).decode(),
        "resource_api_client_secret": CLIENT_SECRET,
        "client_cache_seconds": 0,
    }


@pytest.fixture(scope="session")
def databases(
    auth_service_settings: dict[str, Any], session_clock: Clock
) -> Iterator[tuple[Database, Database]]:
    """Gatehouse's database and ours, made once a run: every test starts by emptying them."""
    settings = AuthServiceSettings(**auth_service_settings)
    migrate(settings, session_clock)
    name = settings.mongodb_database
    with MongoClient(settings.mongodb_uri.get_secret_value(), tz_aware=True) as client:
        yield client[name], client[f"{name}_api"]
        client.drop_database(name)
        client.drop_database(f"{name}_api")


@pytest.fixture(scope="module")
def issuer(
    auth_service_settings: dict[str, Any], databases: tuple[Database, Database], session_clock: Clock
) -> Iterator[str]:
    """The real auth-service on loopback."""

    def make(origin: str) -> Any:
        settings = AuthServiceSettings(**{**auth_service_settings, "issuer": origin})
        return auth_service.app.create_app(settings, session_clock)

    with serving(make) as origin:
        yield origin


@pytest.fixture
def gatehouse(
    databases: tuple[Database, Database], issuer: str, clock: Clock, strategy: str
) -> Iterator[Gatehouse]:
    """Gatehouse's database with some people and clients, and a key set of the tests' own."""
    for collection in ("users", "access_tokens"):
        databases[0][collection].delete_many({})
    databases[0]["clients"].delete_many({"_id": {"$ne": RESOURCE_API}})
    databases[1]["notes"].delete_many({})
    found = Gatehouse(databases[0], issuer, clock, "jwt" if strategy == "jwt" else "opaque")
    found.prepare()
    if strategy != "jwt":
        yield found
        return
    with serving(found.key_set_application) as origin:
        found.jwks_uri = f"{origin}/jwks"
        yield found


@pytest.fixture
def settings(
    gatehouse: Gatehouse, databases: tuple[Database, Database], mongodb_uri: str, strategy: str
) -> Settings:
    return Settings(
        issuer=gatehouse.issuer,
        introspection=strategy,
        mongodb_uri=mongodb_uri,
        mongodb_database=databases[1].name,
        gatehouse_database=databases[0].name,
        client_secret=CLIENT_SECRET,
        jwks_uri=gatehouse.jwks_uri,
        client_cache_seconds=0,
        startup_timeout_seconds=0,
    )


@pytest.fixture(scope="session")
def shared_apps() -> dict[tuple[str, str], APIFlask]:
    """The application that a module's tests of a strategy share: connecting takes longer than most tests."""
    return {}


@pytest.fixture
def api(
    settings: Settings, strategy: str, clock: Clock, shared_apps: dict[tuple[str, str], APIFlask]
) -> Iterator[FlaskClient]:
    """A client of the application, prepared and made as gunicorn does it; for JWTs with no key in its memory."""
    key = (strategy, settings.issuer)
    app = shared_apps.get(key)
    if app is None or not has_the_documents(app):
        prepare(settings)
        app = shared_apps[key] = create_app(settings, clock)
    yield app.test_client()
    if strategy == "jwt":
        del shared_apps[key]
        app.extensions["resource_api"].databases.close()


def has_the_documents(app: APIFlask) -> bool:
    """Whether the application still has the connection; another that was made since has closed it."""
    connections = mongoengine.connection._connections
    return connections.get(ALIAS) is app.extensions["resource_api"].databases.client


@pytest.fixture
def bearer(gatehouse: Gatehouse) -> Callable[..., dict[str, str]]:
    """The header that carries a new token, made as `Gatehouse.issue` is told."""

    def headers(*args: Any, **kwargs: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {gatehouse.issue(*args, **kwargs)}"}

    return headers
