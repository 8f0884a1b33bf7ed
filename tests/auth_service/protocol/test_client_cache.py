"""What is remembered of clients never decides about what is given."""

import pytest

from auth_service.models import Client, ClientSecret
from auth_service.models.secret import hash_secret
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


def test_a_client_that_another_process_disabled_gets_no_token(client, register, remembering, clock):
    client_id = register()
    form = {"grant_type": "client_credentials"}
    assert client.post("/oauth/token", data=form, auth=basic(client_id)).status_code == 200
    Client.objects(client_id=client_id).update(set__disabled_at=clock.now())
    assert client.post("/oauth/token", data=form, auth=basic(client_id)).status_code == 401
    assert client.get(f"/oauth/authorize?response_type=code&client_id={client_id}").status_code == 400
