"""A dump of the whole database lets nobody in: no secret that was used stands in it."""

import hashlib
from base64 import urlsafe_b64encode

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from tests.e2e.gateway import System
from tests.e2e.oauth_client import OAuthClient
from tests.e2e.used_secrets import UsedSecrets

UNAUTHORIZED = 13


def dump(uri: str) -> dict[str, bytes]:
    """Every collection of every database as it is stored; MongoDB's log of all writes is among them."""
    with MongoClient(uri) as client:
        return {
            f"{database}.{collection}": read(client[database][collection])
            for database in client.list_database_names()
            for collection in client[database].list_collection_names(filter={"type": "collection"})
        }


def read(collection: Collection) -> bytes:
    """All documents; nothing of what MongoDB keeps to itself, which nobody may read."""
    try:
        return b"".join(collection.find_raw_batches())
    except OperationFailure as refusal:
        is_mongodbs_own = collection.name.startswith("system.") or collection.database.name == "local"
        if refusal.code == UNAUTHORIZED and is_mongodbs_own:
            return b""
        raise


@pytest.mark.rfc("9700 §4.5; 6819 §5.1.4.1")
def test_no_secret_that_was_used_is_stored(
    system: System, web_app: OAuthClient, used_secrets: UsedSecrets
) -> None:
    token = web_app.tokens("client_credentials")["access_token"]
    stored = dump(system.database_uri())
    fingerprint = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=")
    assert fingerprint in stored["gatehouse.access_tokens"]  # the dump is of this system
    assert fingerprint in stored["local.oplog.rs"]  # and what was deleted since is in it too
    everything = b"\n".join(stored.values())
    assert used_secrets.found_in(everything) == []
