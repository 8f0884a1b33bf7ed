"""What is done once, before the workers start: check the settings and the schema, make the indexes."""

import sys
import time

from pymongo.errors import ConnectionFailure, PyMongoError

from resource_api.database import Databases
from resource_api.models import Note
from resource_api.settings import Settings, load

#: The shape of Gatehouse's collections that this service reads (docs/token-contract.md).
NEEDED_SCHEMA = 1
RETRY_SECONDS = 0.5


class SchemaTooOldError(Exception):
    """The database was never migrated, or by an older Gatehouse."""


def prepare(settings: Settings | None = None) -> None:
    """Wait for MongoDB, check it and make our indexes; exit with status 1 and one line when that fails."""
    settings = settings or load()
    databases = Databases(settings)
    try:
        wait_for_database(databases, settings.startup_timeout_seconds)
        check_schema(databases)
        databases.lend_to_documents()
        Note.ensure_indexes()
    except SchemaTooOldError as error:
        sys.exit(f"resource-api cannot start: {error}")
    except PyMongoError as error:
        sys.exit(f"resource-api cannot start, MongoDB does not serve it: {explain(error)}")
    finally:
        databases.close()  # a pymongo client must not be carried over a fork


def wait_for_database(databases: Databases, seconds: float) -> None:
    """Return once a primary answers; raises the last ConnectionFailure after `seconds` of trying."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            databases.gatehouse.command("ping")
            return
        except ConnectionFailure:
            if time.monotonic() >= deadline:
                raise
            time.sleep(RETRY_SECONDS)


def check_schema(databases: Databases) -> None:
    """Raise SchemaTooOldError unless `gatehouse migrate` brought the database to what this service needs."""
    found = (databases.gatehouse["schema"].find_one({"_id": "schema"}) or {}).get("version", 0)
    if found < NEEDED_SCHEMA:
        raise SchemaTooOldError(
            f"the database's schema is version {found}, this service needs {NEEDED_SCHEMA}: "
            "run `gatehouse migrate`"
        )


def explain(error: PyMongoError) -> str:
    """The first sentence of a driver's error: the rest describes its topology."""
    return str(error).split(" (configured timeouts")[0].split(", Timeout:")[0].split(", full error")[0]
