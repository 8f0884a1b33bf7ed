"""What access and refresh tokens have in common."""

from datetime import datetime

from mongoengine import DateTimeField, Document, ListField, StringField


class Token(Document):
    """A token that was given: known by the SHA-256 of its string, gone when revoked or expired."""

    meta = {
        "abstract": True,
        "auto_create_index": False,
        "indexes": [
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
            "family",
            ("client_id", "issued_at", "_id"),
            ("sub", "issued_at", "_id"),
            ("issued_at", "_id"),
            {"fields": ["session_id"], "sparse": True},
        ],
    }

    id = StringField(primary_key=True)
    client_id = StringField(required=True)
    sub = StringField()
    scope = StringField(default="")
    aud = ListField(StringField())
    family = StringField(required=True)
    session_id = StringField()
    issued_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)

    def check_client(self, client_id: str) -> bool:
        """Whether the token was given to this client."""
        return self.client_id == client_id

    def is_expired_at(self, now: datetime) -> bool:
        """Expiry is checked on every read: TTL deletion lags behind by a minute or more."""
        return self.expires_at <= now
