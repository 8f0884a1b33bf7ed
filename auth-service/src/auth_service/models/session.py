"""Browser sessions, kept on the server; the cookie carries only a random id."""

from datetime import datetime

from mongoengine import DateTimeField, DictField, Document, ListField, StringField


class Session(Document):
    """A session, known by the SHA-256 of its cookie. `sub` is None until somebody has signed in."""

    meta = {
        "collection": "sessions",
        "auto_create_index": False,
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}, ("sub", "_id")],
    }

    id = StringField(primary_key=True)
    #: Names the session in tokens and logs; survives the change of cookie, says nothing about it.
    public_id = StringField(required=True)
    sub = StringField()
    auth_time = DateTimeField()
    amr = ListField(StringField())
    data = DictField()
    user_agent = StringField(max_length=256)
    created_at = DateTimeField(required=True)
    seen_at = DateTimeField(required=True)
    #: The earlier of idle and absolute expiry.
    expires_at = DateTimeField(required=True)
    absolute_expires_at = DateTimeField(required=True)

    def is_alive_at(self, now: datetime) -> bool:
        """Checked on every read: TTL deletion lags."""
        return self.expires_at > now
