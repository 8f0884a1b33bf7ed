"""What every suite shares: a real MongoDB, and a database of its own for each test."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.local.mongod import Mongod

_started: list[tuple[Mongod, Path]] = []


def _start_mongod() -> str:
    """Start the embedded MongoDB in a temporary folder, once for the whole run."""
    if not _started:
        folder = _quick_folder()
        _remove_left_behind(folder)
        directory = Path(tempfile.mkdtemp(prefix=f"gatehouse-tests-{os.getpid()}-", dir=folder))
        # Without the journal, for which a write waits most of its time.
        mongod = Mongod(directory / "data", durable=False, fail_points=True)
        _started.append((mongod.start(), directory))
    return _started[0][0].uri


def _quick_folder() -> Path:
    """Memory, where there is room for a database: each test makes and drops its own, which a disk makes slow."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3
    return memory if roomy else Path(tempfile.gettempdir())


def _remove_left_behind(folder: Path) -> None:
    """Give back the memory of runs that were killed; a folder's name says whose it is."""
    for directory in folder.glob("gatehouse-tests-*-*"):
        owner = directory.name.split("-")[2]
        if not Path("/proc", owner).exists() and Path("/proc/self").exists():
            shutil.rmtree(directory, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Give every xdist worker the controller's MongoDB, so that a run starts one and not one a worker."""
    node.workerinput["mongodb_uri"] = os.environ.get("MONGODB_URI") or _start_mongod()


def pytest_unconfigure() -> None:
    for mongod, directory in _started:
        mongod.stop()
        shutil.rmtree(directory)
    _started.clear()


@pytest.fixture(scope="session")
def mongodb_uri(request: pytest.FixtureRequest) -> str:
    """A replica set of one: the environment's MONGODB_URI, else an embedded mongod."""
    given = getattr(request.config, "workerinput", os.environ.get("MONGODB_URI"))
    return given["mongodb_uri"] if isinstance(given, dict) else given or _start_mongod()


@pytest.fixture
def database_name(mongodb_uri: str) -> Iterator[str]:
    """A database that no other test sees, dropped afterwards with those whose name it starts."""
    name = f"test_{secrets.token_hex(6)}"
    yield name
    with MongoClient(mongodb_uri) as client:
        for found in client.list_database_names():
            if found.startswith(name):
                client.drop_database(found)
