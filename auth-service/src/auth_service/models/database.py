"""The connection to MongoDB, and the schema version that services insist on."""

import time
from datetime import timedelta
from typing import Any

import mongoengine
from pymongo.database import Database
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

#: Raised whenever the stored shape or an index changes; `migrate` writes it, services refuse to start below it.
SCHEMA_VERSION = 4


#: Milliseconds in which a request gives up and is answered 503. What the URI says instead, holds.
PATIENCE: dict[str, Any] = {
    "serverSelectionTimeoutMS": 2000,
    "connectTimeoutMS": 2000,
    "socketTimeoutMS": 10000,
}

#: What the database's drivers raise; `is_unavailable` tells which of it passes.
ERRORS = (PyMongoError, mongoengine.errors.OperationError)

#: Server errors of a node that stops, steps down, is not primary, or waits in vain for another.
_PASSING = {6, 7, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436}


class SchemaTooOld(Exception):
    """The database was not migrated to the version that this service needs."""


def connect(uri: str, database: str) -> Database:
    """Connect the documents to `database`. Writes wait for a majority and its journal; reads go to the primary."""
    said = uri.partition("?")[2].lower()
    mongoengine.disconnect()
    mongoengine.connect(
        db=database,
        host=uri,
        tz_aware=True,
        uuidRepresentation="standard",
        w="majority",
        journal=True,
        readPreference="primary",
        appname="auth-service",
        **{name: limit for name, limit in PATIENCE.items() if name.lower() not in said},
    )
    return mongoengine.get_db()


def is_unavailable(error: BaseException) -> bool:
    """Whether it says that the database could not do it now; what it could not do at all is our fault."""
    if isinstance(error, mongoengine.errors.OperationError):
        error = error.__cause__ or error.__context__ or error
    if isinstance(error, ConnectionFailure | ExecutionTimeout | WriteConcernError):
        return True
    if isinstance(error, BulkWriteError):
        of_documents = {failure.get("code") for failure in error.details["writeErrors"]}
        return bool(error.details["writeConcernErrors"]) or not of_documents.isdisjoint(_PASSING)
    return isinstance(error, OperationFailure) and error.code in _PASSING


def wait_for(database: Database, patience: timedelta) -> None:
    """Return once the database answers; raises ConnectionFailure if it does not in this time."""
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        try:
            database.command("ping")
            return
        except ConnectionFailure:  # a try takes as long as the selection of a server: two seconds
            if time.monotonic() >= deadline:
                raise


def check_schema(database: Database) -> None:
    """Raise SchemaTooOld unless `migrate` has brought the database to this code's version."""
    found = (database.schema.find_one({"_id": "schema"}) or {}).get("version", 0)
    if found < SCHEMA_VERSION:
        raise SchemaTooOld(
            f"the database's schema is version {found}, this service needs {SCHEMA_VERSION}: run `gatehouse migrate`"
        )
