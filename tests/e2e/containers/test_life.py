"""A system is taken down and comes back with its data; another beside it is another."""

import pytest
import requests

from tests.e2e.compose_system import ComposeSystem


@pytest.fixture
def keys():
    """A function that reads a system's public keys."""

    def read(of: ComposeSystem) -> list[dict]:
        return requests.get(f"{of.url}/oauth/jwks", timeout=10).json()["keys"]

    return read


def test_a_system_taken_down_comes_back_with_its_data(
    disturbed: ComposeSystem, get_token, read_notes, keys
) -> None:
    token, published = get_token(), keys(disturbed)
    disturbed.stop(keep_data=True)
    disturbed.compose("up", "--detach", "--wait")
    assert read_notes(token).status_code == 200
    assert keys(disturbed) == published


def test_two_systems_live_side_by_side(system: ComposeSystem, get_token, read_notes, keys) -> None:
    token = get_token()
    with ComposeSystem() as other:
        assert keys(other) != keys(system)
        bearer = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{other.url}/api/notes", headers=bearer, timeout=10).status_code == 401
        assert requests.get(f"{other.url}/health/admin-ui", timeout=10).status_code == 200
    assert read_notes(token).status_code == 200
