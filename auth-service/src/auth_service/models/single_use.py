"""What is good for one use: it is claimed by one atomic write, and by another said to be answered."""

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from mongoengine import BooleanField, StringField
from pymongo.collection import Collection

#: When a claim that nobody answered counts for nothing: whoever made it got no answer, or is about to get none.
ABANDONED_AFTER = timedelta(seconds=2)


class SingleUse:
    """What codes and refresh tokens have in common.

    Between claim and answer the database may fail. Then nobody has got anything, and the client does as it was told
    and asks again: that is not the second use of something used.
    """

    #: The field that says when it was used.
    USED_AT: ClassVar[str]

    #: Names the claim, so that only who made it can answer it.
    attempt = StringField()
    answered = BooleanField()

    @classmethod
    def claim(cls, presented: str, now: datetime) -> str | None:
        """Use it up in one atomic write; returns the attempt's name, None if somebody was first or it has expired."""
        attempt = secrets.token_urlsafe(12)
        abandoned = {"answered": False, cls.USED_AT: {"$lte": now - ABANDONED_AFTER}}
        claimed = cls._collection_of().update_one(
            {"_id": presented, "expires_at": {"$gt": now}, "$or": [{cls.USED_AT: None}, abandoned]},
            {"$set": {cls.USED_AT: now, "attempt": attempt, "answered": False}},
        )
        return attempt if claimed.modified_count == 1 else None

    @classmethod
    def answer(cls, presented: str, attempt: str) -> bool:
        """Say that tokens are given for it now; False if it was revoked meanwhile, or claimed anew."""
        answered = cls._collection_of().update_one(
            {"_id": presented, "attempt": attempt}, {"$set": {"answered": True}}
        )
        return answered.matched_count == 1

    @classmethod
    def use_up(cls, condition: dict[str, Any]) -> None:
        """Make all that match good for nothing, claimed or not, and keep them: a revocation begins with this."""
        cls._collection_of().update_many(
            condition, {"$set": {"attempt": None, "answered": True}, "$currentDate": {cls.USED_AT: True}}
        )

    @classmethod
    def delete_all(cls, condition: dict[str, Any]) -> int:
        """Delete all that match; returns how many that were."""
        return cls._collection_of().delete_many(condition).deleted_count

    @classmethod
    def _collection_of(cls) -> Collection:
        return cls._get_collection()  # type: ignore[attr-defined, no-any-return]
