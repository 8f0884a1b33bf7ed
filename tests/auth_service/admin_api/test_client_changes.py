"""A change of a client is answered once it holds in every process."""

import pytest

from auth_service.models import AccessToken
from auth_service.protocol import client as protocol_client
from auth_service.protocol.client import JUST_NOW
from tests.auth_service.conftest import START


@pytest.fixture
def another_process(app, register, monkeypatch):
    """A client to which another process gives a token at the last moment that a change leaves it; how long that is."""
    monkeypatch.setattr(app.extensions["gatehouse"].clients, "_cache_seconds", 5)
    client_id, waits = register(), []

    def wait(seconds):
        waits.append(seconds)
        given = {"client_id": client_id, "expires_at": START, "family": "late"}
        AccessToken._get_collection().update_one({"_id": client_id}, {"$set": given}, upsert=True)

    monkeypatch.setattr(protocol_client, "sleep", wait)
    return client_id, waits


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_a_token_that_was_given_meanwhile_is_revoked(automation, another_process, how):
    client_id, waits = another_process
    path = f"/clients/{client_id}"
    answer = automation.patch(path, disabled=True) if how == "disabled" else automation.delete(path)
    assert answer.status_code in (200, 204)
    assert waits == [JUST_NOW]
    assert AccessToken._get_collection().find_one({"_id": client_id}) is None


def test_a_new_secret_is_told_once_the_old_one_is_forgotten(automation, another_process):
    client_id, waits = another_process
    assert automation.post(f"/clients/{client_id}/secret").json["client_secret"]
    assert waits == [JUST_NOW]
