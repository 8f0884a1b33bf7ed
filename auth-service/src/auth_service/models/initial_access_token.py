"""Initial access tokens (RFC 7591 §3): who holds one may register as many clients as it has uses left."""

from datetime import datetime

from mongoengine import DateTimeField, Document, IntField, StringField

from auth_service.models.secret import hash_secret


class InitialAccessToken(Document):
    """An initial access token; `id` is its SHA-256."""

    meta = {
        "collection": "initial_access_tokens",
        "auto_create_index": False,
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}, ("created_at", "_id")],
    }

    id = StringField(primary_key=True)
    #: Who or what it was made for.
    name = StringField(required=True, max_length=128)
    #: How many clients it is good for, and how many of these are left.
    uses = IntField(required=True)
    remaining = IntField(required=True)
    #: The `sub` of the administrator, or the `client_id` of the program, that made it.
    created_by = StringField(required=True)
    created_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)

    @classmethod
    def is_usable(cls, token: str, now: datetime) -> bool:
        """Whether a client could be registered with it at this moment."""
        return cls._get_collection().find_one(_usable(token, now), {"_id": 1}) is not None

    @classmethod
    def use(cls, token: str, now: datetime) -> bool:
        """Take one use, atomically: of parallel registrations only as many succeed as there are uses."""
        taken = cls._get_collection().update_one(_usable(token, now), {"$inc": {"remaining": -1}})
        return taken.modified_count == 1


def _usable(token: str, now: datetime) -> dict:
    return {"_id": hash_secret(token), "remaining": {"$gt": 0}, "expires_at": {"$gt": now}}
