"""One system of containers for this folder's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.e2e.compose_system import ComposeSystem, engine_answers

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.containers)
            item.add_marker(pytest.mark.xdist_group("containers"))


@pytest.fixture(scope="session")
def engine() -> None:
    if not engine_answers():
        pytest.skip("no Docker engine with Compose answers")


@pytest.fixture(scope="session")
def system(engine: None) -> Iterator[ComposeSystem]:
    """The system, for tests that leave its containers alone."""
    with ComposeSystem() as system:
        yield system


@pytest.fixture
def disturbed(system: ComposeSystem) -> Iterator[ComposeSystem]:
    """The system, for tests that scale, stop or kill; it is put right after them."""
    yield system
    system.restore()


@pytest.fixture
def get_token(system: ComposeSystem):
    """A function that gets an access token for `demo-service`."""

    def get() -> str:
        answer = requests.post(
            f"{system.url}/oauth/token",
            data={"grant_type": "client_credentials", "scope": "notes:read notes:write"},
            auth=("demo-service", "demo-service-secret"),
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    return get


@pytest.fixture
def read_notes(system: ComposeSystem):
    """A function that calls the protected API with a token and returns its answer."""

    def read(token: str) -> requests.Response:
        return requests.get(
            f"{system.url}/api/notes", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )

    return read
