"""resource-api as its clients meet it: one application for each strategy, against a real MongoDB."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient
from pymongo.database import Database

from resource_api.app import create_app
from resource_api.settings import Settings
from resource_api.startup import prepare
from tests.resource_api.gatehouse import Clock, Gatehouse, create_views
from tests.resource_api.introspection_server import CLIENT_SECRET, introspection_application
from tests.resource_api.loopback import serving


@pytest.fixture(params=["shared_database", "endpoint", "jwt"])
def strategy(request: pytest.FixtureRequest) -> str:
    """Every test runs once for each way to check tokens, unless its module overrides this."""
    return request.param


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(scope="session")
def databases(mongodb_uri: str) -> Iterator[tuple[Database, Database]]:
    """Gatehouse's database and ours, made once a run: every test starts by emptying them."""
    name = f"test_{secrets.token_hex(6)}"
    with MongoClient(mongodb_uri, tz_aware=True) as client:
        create_views(client[name])
        yield client[name], client[f"{name}_api"]
        client.drop_database(name)
        client.drop_database(f"{name}_api")


@pytest.fixture
def gatehouse(databases: tuple[Database, Database], clock: Clock, strategy: str) -> Iterator[Gatehouse]:
    """Gatehouse's database, and over HTTP what of it the strategy asks."""
    for collection in ("users", "clients", "access_tokens", "schema"):
        databases[0][collection].delete_many({})
    databases[1]["notes"].delete_many({})
    found = Gatehouse(databases[0], clock, "jwt" if strategy == "jwt" else "opaque")
    found.prepare()
    with ExitStack() as stack:
        if strategy == "endpoint":
            found.issuer = stack.enter_context(serving(introspection_application(found)))
        if strategy == "jwt":
            found.issuer = stack.enter_context(serving(found.key_set_application()))
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
        client_cache_seconds=0,
        startup_timeout_seconds=5,
    )


@pytest.fixture
def api(settings: Settings, clock: Clock) -> Iterator[FlaskClient]:
    """A client of the application, made and started as gunicorn does it."""
    prepare(settings)
    app = create_app(settings, clock)
    yield app.test_client()
    app.extensions["resource_api"].databases.close()


@pytest.fixture
def bearer(gatehouse: Gatehouse) -> Callable[..., dict[str, str]]:
    """The header that carries a new token, made as `Gatehouse.issue` is told."""

    def headers(*args: Any, **kwargs: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {gatehouse.issue(*args, **kwargs)}"}

    return headers
