"""Browser sessions, kept on the server; the cookie carries only a random id."""

from datetime import datetime, timedelta
from typing import Any

from mongoengine import DateTimeField, DictField, Document, ListField, StringField
from pymongo import ReturnDocument

#: For how long the record of an ended session waits at most for what is still to be done about it.
KEPT_AFTER_END = timedelta(days=1)


class Session(Document):
    """A session, known by the SHA-256 of its cookie. `sub` is None until somebody has signed in."""

    meta = {
        "collection": "sessions",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
            ("sub", "_id"),
            "public_id",
            {"fields": ["ended_at"], "sparse": True},
        ],
    }

    id = StringField(primary_key=True)
    #: Names the session in tokens (`sid`) and logs; survives the change of cookie, says nothing about it.
    public_id = StringField(required=True)
    sub = StringField()
    auth_time = DateTimeField()
    amr = ListField(StringField())
    #: The clients that were told of this session, and are told of its end.
    clients = ListField(StringField())
    data = DictField()
    user_agent = StringField(max_length=256)
    created_at = DateTimeField(required=True)
    seen_at = DateTimeField(required=True)
    #: The earlier of idle and absolute expiry.
    expires_at = DateTimeField(required=True)
    absolute_expires_at = DateTimeField(required=True)
    #: Set in one write when the session is ended; the record goes when everything that follows is done.
    ended_at = DateTimeField()

    def is_alive_at(self, now: datetime) -> bool:
        """Checked on every read: TTL deletion lags."""
        return self.ended_at is None and self.expires_at > now

    @classmethod
    def note_client(cls, public_id: str, client_id: str) -> bool:
        """Add a client to those who are told of the end; False if the session has ended already."""
        noted = cls._get_collection().update_many(  # two records, while a sign-in replaces the cookie
            {"public_id": public_id, "ended_at": None}, {"$addToSet": {"clients": client_id}}
        )
        return noted.matched_count > 0

    @classmethod
    def stands(cls, public_id: str) -> bool:
        """Whether the session has not ended."""
        found = cls._get_collection().find_one({"public_id": public_id, "ended_at": None}, {"_id": 1})
        return found is not None

    @classmethod
    def end_one(cls, condition: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        """End a session that matches, in one atomic write; None if there is none, or somebody was first."""
        return cls._get_collection().find_one_and_update(
            {**condition, "ended_at": None},
            {"$set": {"ended_at": now}, "$max": {"expires_at": now + KEPT_AFTER_END}},
            return_document=ReturnDocument.AFTER,
        )
