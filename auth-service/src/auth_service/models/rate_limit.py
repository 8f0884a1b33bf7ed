"""Counters of failures, so that passwords cannot be guessed at any speed."""

from datetime import datetime, timedelta

from mongoengine import DateTimeField, Document, IntField, StringField
from pymongo import ReturnDocument


class RateLimit(Document):
    """How often something was tried since its window opened. `id` is a hash of what is being counted."""

    meta = {
        "collection": "rate_limits",
        "auto_create_index": False,
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}],
    }

    id = StringField(primary_key=True)
    count = IntField(required=True)
    #: When the window closes and counting starts anew.
    expires_at = DateTimeField(required=True)

    @classmethod
    def count_one(cls, key: str, window: timedelta, now: datetime) -> tuple[int, datetime]:
        """Count one try; returns how many there were in this window, and when it closes.

        One atomic update, so that of parallel tries none goes uncounted.
        """
        is_open = {"$gt": [{"$ifNull": ["$expires_at", now]}, now]}
        found = cls._get_collection().find_one_and_update(
            {"_id": key},
            [
                {
                    "$set": {
                        "count": {"$cond": [is_open, {"$add": ["$count", 1]}, 1]},
                        "expires_at": {"$cond": [is_open, "$expires_at", now + window]},
                    }
                }
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return found["count"], found["expires_at"]

    @classmethod
    def take_back(cls, key: str) -> None:
        """Uncount a try that turned out to be none."""
        cls._get_collection().update_one({"_id": key, "count": {"$gt": 0}}, {"$inc": {"count": -1}})
