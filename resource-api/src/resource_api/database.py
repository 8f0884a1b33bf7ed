"""The one MongoDB client of a process, for raw reads and for the documents alike."""

from typing import Any

import mongoengine
from pymongo import MongoClient, ReadPreference
from pymongo.database import Database

from resource_api.settings import Settings

ALIAS = "resource_api"

#: Milliseconds in which a request gives up and is answered 503. What the URI says instead, holds.
PATIENCE: dict[str, Any] = {
    "serverSelectionTimeoutMS": 2000,
    "connectTimeoutMS": 2000,
    "socketTimeoutMS": 3000,
    "waitQueueTimeoutMS": 2000,
}


class Databases:
    """Our own database, and Gatehouse's, of which this service may read tokens, clients and profiles."""

    def __init__(self, settings: Settings) -> None:
        self.client: MongoClient[dict[str, Any]] = open_client(settings)
        self.own: Database[dict[str, Any]] = self.client[settings.mongodb_database]
        self.gatehouse: Database[dict[str, Any]] = self.client[settings.gatehouse_database]

    def lend_to_documents(self) -> None:
        """Let mongoengine use this client; it would otherwise take the database's name from the URI."""
        mongoengine.disconnect(ALIAS)
        mongoengine.connect(
            self.own.name,
            alias=ALIAS,
            mongo_client_class=lambda **_: self.client,
            uuidRepresentation="standard",
        )

    def close(self) -> None:
        """Close the client, and take it back from the documents."""
        mongoengine.disconnect(ALIAS)
        self.client.close()


def open_client(settings: Settings) -> MongoClient[dict[str, Any]]:
    """A client that gives up in time to answer 503, reads the primary, writes to the majority's journal.

    It does no input or output by itself, so a worker starts, and recovers, without MongoDB.
    """
    uri = settings.mongodb_uri.get_secret_value()
    said = uri.partition("?")[2].lower()
    patience: dict[str, Any] = {name: limit for name, limit in PATIENCE.items() if name.lower() not in said}
    return MongoClient(
        uri,
        appname="resource-api",
        tz_aware=True,
        read_preference=ReadPreference.PRIMARY,
        w="majority",
        journal=True,
        **patience,
    )
