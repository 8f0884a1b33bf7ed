"""A running system for the Postman collection."""

import os
from collections.abc import Iterator

import pytest

from tests.e2e.local_system import LocalSystem


@pytest.fixture(scope="session")
def gateway_url() -> Iterator[str]:
    """The gateway of the system that GATEHOUSE_URL names, else of one that is started for this run."""
    if given := os.environ.get("GATEHOUSE_URL"):
        yield given.rstrip("/")
        return
    with LocalSystem() as system:
        yield system.url
