"""The queue of back-channel logouts: one record a client and session, worked on by every replica."""

from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from mongoengine import DateTimeField, Document, IntField, StringField
from pymongo import ReturnDocument

PENDING, DELIVERED, REFUSED, FAILED = "pending", "delivered", "refused", "failed"
STATUSES = (PENDING, DELIVERED, REFUSED, FAILED)

#: How long a record is kept after its last change, for those who want to know what became of it.
KEPT = timedelta(days=7)


class LogoutDelivery(Document):
    """What a client is to be told: that this person's session has ended. It holds no token: each attempt makes one."""

    meta = {
        "collection": "logout_deliveries",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
            {"fields": ["sid", "client_id"], "unique": True},
            ("status", "due_at"),
            ("status", "_id"),
            ("client_id", "_id"),
        ],
    }

    #: Time-ordered.
    id = StringField(primary_key=True)
    sid = StringField(required=True)
    client_id = StringField(required=True)
    #: Our own subject, whatever the client calls the person.
    sub = StringField(required=True)
    status = StringField(choices=STATUSES, required=True)
    attempts = IntField(required=True)
    #: When it is tried next. Claiming moves it ahead, so that it falls due again if the worker dies.
    due_at = DateTimeField(required=True)
    #: Names the attempt that is running, whose result counts; None between attempts.
    claim = StringField()
    #: What came of the last attempt, in words; None before the first.
    result = StringField()
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)

    @classmethod
    def enqueue(cls, sid: str, client_id: str, sub: str, now: datetime) -> None:
        """Queue a delivery, as often as this is called for the same end of the session."""
        cls._get_collection().update_one(
            {"sid": sid, "client_id": client_id},
            {
                "$setOnInsert": {"_id": str(ObjectId()), "sub": sub, "created_at": now},
                "$set": _waiting(now),
            },
            upsert=True,
        )

    @classmethod
    def claim_due(cls, now: datetime, lease: timedelta) -> dict[str, Any] | None:
        """Take the one that has waited longest, in one atomic write: nobody else gets it while the lease runs."""
        return cls._get_collection().find_one_and_update(
            {"status": PENDING, "due_at": {"$lte": now}},
            {"$set": {"due_at": now + lease, "claim": str(ObjectId())}, "$inc": {"attempts": 1}},
            sort=[("due_at", 1)],
            return_document=ReturnDocument.AFTER,
        )

    @classmethod
    def settle(
        cls, claimed: dict[str, Any], status: str, result: str, now: datetime, due_at: datetime
    ) -> bool:
        """Write down what came of a claimed attempt; False if its lease ran out and somebody else has it now."""
        settled = cls._get_collection().update_one(
            {"_id": claimed["_id"], "claim": claimed["claim"]},
            {
                "$set": {
                    "status": status,
                    "result": result,
                    "due_at": due_at,
                    "updated_at": now,
                    "claim": None,
                },
                "$max": {"expires_at": due_at + KEPT},
            },
        )
        return settled.modified_count == 1

    @classmethod
    def share_failure(cls, client_id: str, result: str, now: datetime, due_at: datetime) -> None:
        """Count an attempt for all else that is due at a client that did not answer: it would only fail as well."""
        cls._get_collection().update_many(
            {"status": PENDING, "due_at": {"$lte": now}, "client_id": client_id},
            {"$set": {"due_at": due_at, "result": result, "updated_at": now}, "$inc": {"attempts": 1}},
        )

    @classmethod
    def start_again(cls, delivery_id: str, now: datetime) -> dict[str, Any] | None:
        """Put a record back into the queue with all of its attempts; None if there is none."""
        return cls._get_collection().find_one_and_update(
            {"_id": delivery_id}, {"$set": _waiting(now)}, return_document=ReturnDocument.AFTER
        )


def _waiting(now: datetime) -> dict[str, Any]:
    return {
        "status": PENDING,
        "attempts": 0,
        "due_at": now,
        "claim": None,
        "updated_at": now,
        "expires_at": now + KEPT,
    }
