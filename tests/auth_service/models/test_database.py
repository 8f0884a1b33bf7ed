"""The connection to MongoDB."""

import mongoengine
import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    OperationFailure,
    WriteConcernError,
)

from auth_service.models import database


def test_a_write_waits_until_it_cannot_be_lost(settings, connect_durably, monkeypatch):
    monkeypatch.setattr(mongoengine, "connect", connect_durably)
    connected = database.connect(settings.mongodb_uri.get_secret_value(), "test_that_nothing_is_written_to")
    try:
        assert connected.client.write_concern.document == {"w": "majority", "j": True}
    finally:
        mongoengine.disconnect()


SHUTTING_DOWN = {"code": 91, "errmsg": "shutting down"}


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (AutoReconnect("connection closed"), True),
        (WriteConcernError("shutting down", 91), True),
        (OperationFailure("interrupted at shutdown", 11600), True),
        (BulkWriteError({"writeErrors": [], "writeConcernErrors": [SHUTTING_DOWN]}), True),
        (BulkWriteError({"writeErrors": [SHUTTING_DOWN], "writeConcernErrors": []}), True),
        (BulkWriteError({"writeErrors": [{"code": 11000}], "writeConcernErrors": []}), False),
        (DuplicateKeyError("taken", 11000), False),
        (OperationFailure("not authorized", 13), False),
        (mongoengine.errors.OperationError("of the driver's wrapper itself"), False),
    ],
    ids=lambda it: f"{type(it).__name__} {getattr(it, 'code', '')}" if isinstance(it, Exception) else str(it),
)
def test_what_passes_is_told_from_what_is_our_fault(error, passes):
    assert database.is_unavailable(error) is passes
