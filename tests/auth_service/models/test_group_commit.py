"""Tokens that are given at the same moment are written together, and each of them is there when it is given."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import mongoengine
import pytest
from bson.errors import InvalidDocument
from pymongo.errors import BulkWriteError

from auth_service.models.group_commit import GroupCommit


@pytest.fixture
def collection(app):
    collection = mongoengine.get_db()["group_commit"]
    yield collection
    collection.drop()


class Held:
    """A collection whose first insert waits until it is let go; what went to the database together."""

    def __init__(self, collection):
        self.collection, self.begun, self.let_go, self.written = collection, Event(), Event(), []

    def insert_one(self, document):
        self.begun.set()
        assert self.let_go.wait(10)
        self.written.append(1)
        self.collection.insert_one(document)

    def insert_many(self, documents, **options):
        self.written.append(len(documents))
        self.collection.insert_many(documents, **options)


@pytest.fixture
def insert_at_once():
    """A function that inserts each document in a thread of its own; returns their futures."""
    with ThreadPoolExecutor(8) as pool:
        yield lambda group, documents: [pool.submit(group.insert, document) for document in documents]


def hold(collection, insert_at_once, others):
    """One insert is under way, and these have come meanwhile; returns both, and everybody's future."""
    held = Held(collection)
    group = GroupCommit(lambda: held)
    first = insert_at_once(group, [{"_id": "first"}])
    assert held.begun.wait(10)
    futures = first + insert_at_once(group, others)
    while len(group._next.documents) < len(others):
        assert not any(future.done() for future in futures)
    return held, group, futures


def test_those_that_come_meanwhile_go_together(collection, insert_at_once):
    held, _, futures = hold(collection, insert_at_once, [{"_id": number} for number in range(5)])
    held.let_go.set()
    assert [future.result(10) for future in futures] == [None] * 6
    assert held.written == [1, 5]
    assert {document["_id"] for document in collection.find()} == {"first", *range(5)}


def test_a_failure_is_everybodys_who_went_with_it_and_nobody_elses(collection, insert_at_once):
    collection.insert_one({"_id": "taken"})
    held, group, futures = hold(collection, insert_at_once, [{"_id": "taken"}, {"_id": "free"}])
    held.let_go.set()
    first, *others = [future.exception(10) for future in futures]
    assert first is None
    assert [type(error) for error in others] == [BulkWriteError] * 2
    group.insert({"_id": "later"})
    assert collection.count_documents({"_id": {"$in": ["first", "later"]}}) == 2


def test_what_cannot_be_stored_fails_alone(collection, insert_at_once):
    held, group, futures = hold(collection, insert_at_once, [{"_id": "sound"}])
    with pytest.raises(InvalidDocument):
        group.insert({"_id": object()})
    held.let_go.set()
    assert [future.exception(10) for future in futures] == [None, None]
