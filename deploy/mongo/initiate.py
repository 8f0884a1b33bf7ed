"""Makes a fresh mongod a replica set of one and creates its administrator; does nothing the second time.

It runs in mongod's own network namespace: a mongod without users accepts these commands from 127.0.0.1 alone
(MongoDB's "localhost exception"), until the first user exists.
"""

import sys
import time
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure
from pymongo.uri_parser import parse_uri

ADMINISTRATOR_URI = Path("/run/secrets/gatehouse_migrate_mongodb_uri")
REPLICA_SET = {"_id": "rs0", "members": [{"_id": 0, "host": "mongo:27017"}]}
AUTHENTICATION_FAILED = 18
UNAUTHORIZED = 13
ALREADY_INITIALIZED = 23


def connect(username: str | None = None, password: str | None = None) -> MongoClient:
    """A client for this mongod, primary or not; waits up to 60 s for it to listen."""
    return MongoClient(
        "127.0.0.1",
        directConnection=True,
        serverSelectionTimeoutMS=60_000,
        username=username,
        password=password,
    )


def administrator_exists(username: str, password: str) -> bool:
    """Whether the administrator can sign in already."""
    try:
        connect(username, password).admin.command("ping")
    except OperationFailure as error:
        if error.code == AUTHENTICATION_FAILED:
            return False
        raise
    return True


def initiate(client: MongoClient) -> None:
    """Start the replica set, unless an interrupted run did, and wait until it accepts writes."""
    try:
        client.admin.command("replSetInitiate", REPLICA_SET)
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:
            raise
    for _ in range(300):
        if client.admin.command("hello")["isWritablePrimary"]:
            return
        time.sleep(0.1)
    sys.exit("mongo: the replica set had no primary after 30 s")


def main() -> None:
    """Bring the replica set to where `gatehouse migrate` can create collections and users."""
    secrets = parse_uri(ADMINISTRATOR_URI.read_text())
    if administrator_exists(secrets["username"], secrets["password"]):
        return
    client = connect()
    try:
        initiate(client)
        client.admin.command("createUser", secrets["username"], pwd=secrets["password"], roles=["root"])
    except OperationFailure as error:
        if error.code == UNAUTHORIZED:
            sys.exit(
                "mongo: these data have users that our secrets do not fit; were the volumes of secrets removed?"
            )
        raise


if __name__ == "__main__":
    main()
