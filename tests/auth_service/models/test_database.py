"""The connection to MongoDB."""

import mongoengine

from auth_service.models import database


def test_a_write_waits_until_it_cannot_be_lost(settings, connect_durably, monkeypatch):
    monkeypatch.setattr(mongoengine, "connect", connect_durably)
    connected = database.connect(settings.mongodb_uri.get_secret_value(), "test_that_nothing_is_written_to")
    try:
        assert connected.client.write_concern.document == {"w": "majority", "j": True}
    finally:
        mongoengine.disconnect()
