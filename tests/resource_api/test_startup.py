"""What must be there before the first request, and what is said when it is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient
from pymongo.database import Database

from auth_service.migrate import migrate
from auth_service.settings import Settings as AuthServiceSettings
from deploy.local.mongod import Mongod
from resource_api.app import create_app
from resource_api.settings import Settings
from resource_api.startup import prepare
from tests.resource_api.gatehouse import Clock, Gatehouse


@pytest.fixture
def strategy() -> str:
    return "shared_database"


@pytest.mark.parametrize("version", [None, 0])
def test_an_old_schema_stops_the_start(settings: Settings, mongodb_uri: str, version: int | None) -> None:
    changed = settings.model_copy(update={"gatehouse_database": f"{settings.mongodb_database}_old"})
    with MongoClient(mongodb_uri) as client:
        if version is not None:
            client[changed.gatehouse_database]["schema"].insert_one({"_id": "schema", "version": version})
        with pytest.raises(SystemExit) as stopped:
            prepare(changed)
        client.drop_database(changed.gatehouse_database)
    assert str(stopped.value) == (
        "resource-api cannot start: the database's schema is version 0, "
        "this service needs 1: run `gatehouse migrate`"
    )


def test_a_newer_schema_is_fine_and_preparing_twice_too(
    settings: Settings, databases: tuple[Database, Database]
) -> None:
    databases[0]["schema"].update_one({"_id": "schema"}, {"$inc": {"version": 1}})
    prepare(settings)
    prepare(settings)
    databases[0]["schema"].update_one({"_id": "schema"}, {"$inc": {"version": -1}})
    assert "owner_newest_first" in databases[1]["notes"].index_information()


@pytest.mark.thorough
def test_without_mongodb_the_start_gives_up_with_one_line(settings: Settings) -> None:
    nobody = "mongodb://user:hunter2@127.0.0.1:9/?serverSelectionTimeoutMS=100"
    changed = Settings(**{**settings.model_dump(), "mongodb_uri": nobody})
    with pytest.raises(SystemExit) as stopped:
        prepare(changed)
    message = str(stopped.value)
    assert message.startswith("resource-api cannot start, MongoDB does not serve it: ")
    assert len(message.splitlines()) == 1
    assert len(message) < 200
    assert "hunter2" not in message


@pytest.fixture
def mongod(tmp_path: Path) -> Iterator[Mongod]:
    """A MongoDB of the test's own, with authentication on."""
    mongod = Mongod(tmp_path / "data", auth=True).start()
    yield mongod
    mongod.stop()


@pytest.mark.thorough
def test_the_least_privileges_are_enough_and_an_outage_ends_without_a_restart(
    mongod: Mongod, settings: Settings, auth_service_settings: dict[str, Any], clock: Clock
) -> None:
    """As in production: the database user that `migrate` makes, and MongoDB going away under the application."""
    password = "a-database-password"
    values = {
        "mongodb_uri": mongod.uri,
        "mongodb_database": "gatehouse",
        "resource_api_database_password": password,
    }
    migrate(AuthServiceSettings(**{**auth_service_settings, **values}), clock)
    uri = f"mongodb://resource-api:{password}@127.0.0.1:{mongod.port}/?replicaSet=rs0&authSource=admin&serverSelectionTimeoutMS=300"
    names = {"mongodb_database": "resource_api", "gatehouse_database": "gatehouse"}
    changed = Settings(**{**settings.model_dump(), **names, "mongodb_uri": uri})
    prepare(changed)
    app = create_app(changed, clock)
    api = app.test_client()
    with MongoClient(mongod.uri) as root:
        gatehouse = Gatehouse(root["gatehouse"], changed.issuer, clock, "opaque")
        gatehouse.prepare()
        headers = {"Authorization": f"Bearer {gatehouse.issue()}"}
    assert api.get("/api/me", headers=headers).json["username"] == "alice"
    created = api.post("/api/notes", json={"title": "kept"}, headers=headers)
    assert created.status_code == 201

    mongod.stop()
    assert_unavailable(api, "/health", headers)
    assert_unavailable(api, "/api/me", headers)
    mongod.start()
    assert api.get("/health").status_code == 200
    assert api.get("/api/notes", headers=headers).json["items"] == [created.json]
    app.extensions["resource_api"].databases.close()


def assert_unavailable(api: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = api.get(path, headers=headers)
    assert (answer.status_code, answer.json["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "WWW-Authenticate" not in answer.headers
