"""Inserts that come at the same time go to the database together, as in a database's own group commit."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection


class GroupCommit:
    """Inserts into one collection: those that come while one is under way wait for it, and then go as one.

    Whoever is alone waits for nobody. Of many at once each would else cost a round trip and a flush of the journal.
    """

    def __init__(self, collection: Callable[[], Collection]) -> None:
        self._collection = collection
        self._next = _Group()
        self._changing_next = Lock()
        self._writing = Lock()

    def insert(self, document: dict[str, Any]) -> None:
        """Return once the document is journaled; raises the driver's error, for all that went with it."""
        encoded = RawBSONDocument(bson.encode(document))  # here, so that what cannot be encoded fails alone
        with self._changing_next:
            group = self._next
            group.documents.append(encoded)
        if group.documents[0] is encoded:  # the first writes for all
            with self._writing:
                with self._changing_next:
                    self._next = _Group()
                group.write(self._collection())
        group.written.result()


class _Group:
    def __init__(self) -> None:
        self.documents: list[RawBSONDocument] = []
        self.written: Future[None] = Future()

    def write(self, collection: Collection) -> None:
        """Insert all; the outcome is for everybody who waits for it."""
        try:
            if len(self.documents) == 1:
                collection.insert_one(self.documents[0])
            else:
                collection.insert_many(self.documents, ordered=False)
        except BaseException as error:
            self.written.set_exception(error)
        else:
            self.written.set_result(None)
