"""The MongoDB of a benchmark: one of its own, or the one that MONGODB_URI names."""

import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Self

from pymongo import MongoClient

from deploy.local.mongod import Mongod


class Database:
    """As a context manager it is started, stopped and removed; `directory` is a place for logs."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="gatehouse-benchmark-"))
        self._mongod = Mongod(self.directory / "mongo")
        self._given_uri = os.environ.get("MONGODB_URI")

    def __enter__(self) -> Self:
        try:
            if not self._given_uri:
                self._mongod.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self._mongod.stop()
        shutil.rmtree(self.directory)

    @property
    def uri(self) -> str:
        """How it is reached."""
        return self._given_uri or self._mongod.uri

    @property
    def pid(self) -> int | None:
        """Its process; None when it is somebody else's."""
        return self._mongod.pid

    @staticmethod
    def new_name() -> str:
        """A name for the database of one set of services."""
        return f"benchmark_{secrets.token_hex(6)}"

    def drop(self, name: str) -> None:
        """Remove what a set of services stored."""
        with MongoClient(self.uri) as client:
            client.drop_database(name)
            client.drop_database(f"{name}_api")
