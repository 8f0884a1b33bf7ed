"""Device codes (RFC 8628 §3.2): what a device waits with while a person decides elsewhere."""

from datetime import datetime, timedelta
from typing import Any

from mongoengine import DateTimeField, Document, IntField, ListField, StringField

from auth_service.models.single_use import SingleUse


class DeviceCode(SingleUse, Document):
    """A device code, known by its SHA-256."""

    meta = {
        "collection": "device_codes",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["purge_at"], "expireAfterSeconds": 0},
            {"fields": ["user_code"], "unique": True, "sparse": True},
            *("client_id", "sub", "family"),
        ],
    }

    USED_AT = "redeemed_at"

    id = StringField(primary_key=True)
    #: What the person types, as `protocol.user_code` hashes it; gone once they have decided.
    user_code = StringField()
    client_id = StringField(required=True)
    scope = StringField(default="")
    #: Seconds between two polls, at least.
    interval = IntField(required=True)
    polled_at = DateTimeField()
    decided_at = DateTimeField()
    #: Who allowed it; one that is decided without is denied.
    sub = StringField()
    #: Ties it to everything that it gives.
    family = StringField()
    auth_time = DateTimeField()
    amr = ListField(StringField())
    acr = StringField()
    issued_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
    #: When the record goes; once allowed, as late as the tokens that it gives may live, for a replay to find them.
    purge_at = DateTimeField(required=True)
    redeemed_at = DateTimeField()

    @classmethod
    def poll(cls, code_id: str, client_id: str, now: datetime) -> dict[str, Any] | None:
        """Note that the client asks; returns the record as it was before, None if it has no such code."""
        return cls._get_collection().find_one_and_update(
            {"_id": code_id, "client_id": client_id}, {"$set": {"polled_at": now}}
        )

    @classmethod
    def slow_down(cls, code_id: str, by: timedelta) -> None:
        """Have the client wait longer between two polls."""
        cls._get_collection().update_one({"_id": code_id}, {"$inc": {"interval": int(by.total_seconds())}})

    @classmethod
    def decide(cls, code_id: str, now: datetime, **decision: Any) -> bool:
        """Keep what the person decided, once, and forget what they typed; False if it was too late."""
        decided = cls._get_collection().update_one(
            {"_id": code_id, "decided_at": None, "expires_at": {"$gt": now}},
            {"$set": {"decided_at": now, **decision}, "$unset": {"user_code": ""}},
        )
        return decided.modified_count == 1
