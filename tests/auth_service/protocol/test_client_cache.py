"""What is remembered of clients does not decide about what is given, but for a moment about a client's own tokens."""

import pytest

from auth_service.models import Client, ClientSecret
from auth_service.models.secret import hash_secret
from auth_service.protocol import client as protocol_client
from auth_service.protocol.client import JUST_NOW
from tests.auth_service.conftest import basic


@pytest.fixture
def remembering(app):
    """The server with a memory of a minute, as far as any setting allows."""
    clients = app.extensions["gatehouse"].clients
    clients._cache_seconds = 60
    yield
    clients._cache_seconds = 0
    clients._cache.clear()


def test_a_secret_that_another_process_made_is_good_at_once(client, register, remembering, clock):
    client_id = register()
    form = {"token": "gat_unknown"}
    assert client.post("/oauth/introspect", data=form, auth=basic(client_id)).status_code == 200
    new = ClientSecret(hash=hash_secret("new"), created_at=clock.now())
    Client.objects(client_id=client_id).update(push__secrets=new)
    assert client.post("/oauth/introspect", data=form, auth=(client_id, "new")).status_code == 200
    assert client.post("/oauth/introspect", data=form, auth=(client_id, "wrong")).status_code == 401


@pytest.fixture
def elapsed(remembering, monkeypatch):
    """The seconds of the process's own clock, by the hand of the test."""
    seconds = [1000.0]
    monkeypatch.setattr(protocol_client, "monotonic", lambda: seconds[0])
    return seconds


def ask_for_token(client, client_id, grant_type="client_credentials", **form):
    form |= {"grant_type": grant_type}
    return client.post("/oauth/token", data=form, auth=basic(client_id)).status_code


def test_a_client_that_another_process_disabled_gets_no_token(client, register, elapsed, username, clock):
    client_id = register()
    assert [ask_for_token(client, client_id) for _ in range(2)] == [200, 200]
    Client.objects(client_id=client_id).update(set__disabled_at=clock.now())
    password = {"username": username, "password": "valid"}
    assert ask_for_token(client, client_id, "password", **password) == 401
    assert client.get(f"/oauth/authorize?response_type=code&client_id={client_id}").status_code == 400


def test_for_its_own_tokens_it_is_read_ten_times_a_second_at_most(client, register, elapsed, clock):
    client_id = register()
    assert ask_for_token(client, client_id) == 200  # and its use is noted, for which it is read once more
    assert ask_for_token(client, client_id) == 200
    Client.objects(client_id=client_id).update(set__disabled_at=clock.now())
    elapsed[0] += JUST_NOW - 0.001
    assert ask_for_token(client, client_id) == 200
    elapsed[0] += 0.001
    assert ask_for_token(client, client_id) == 401
