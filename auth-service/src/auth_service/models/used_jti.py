"""The ids of clients' assertions that were used (RFC 7523 §3 (7)): each counts once, whichever replica it meets."""

from datetime import datetime

from mongoengine import DateTimeField, Document, StringField
from pymongo.errors import DuplicateKeyError

from auth_service.models.secret import hash_secret


class UsedJti(Document):
    """A used id, known by a hash of client and id, until the assertion has expired anyway."""

    meta = {
        "collection": "used_jtis",
        "auto_create_index": False,
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}],
    }

    id = StringField(primary_key=True)
    expires_at = DateTimeField(required=True)

    @classmethod
    def use(cls, client_id: str, jti: str, expires_at: datetime) -> bool:
        """Use an id up in one atomic insert; False if it was used before."""
        key = hash_secret(f"{len(client_id)}:{client_id}{jti}")
        try:
            cls._get_collection().insert_one({"_id": key, "expires_at": expires_at})
        except DuplicateKeyError:
            return False
        return True
