"""Signing keys: the public part as a JWK, the private part encrypted with a key that is not in the database."""

from datetime import datetime

from mongoengine import BinaryField, DateTimeField, DictField, Document, StringField


class SigningKey(Document):
    """A key pair. It is published from the start, signs from `activates_at`, and is kept until `expires_at`."""

    meta = {
        "collection": "signing_keys",
        "auto_create_index": False,
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}],
    }

    kid = StringField(primary_key=True)
    alg = StringField(required=True, choices=("ES256", "RS256"))
    public_jwk = DictField(required=True)
    encrypted_private_key = BinaryField(required=True)
    created_at = DateTimeField(required=True)
    activates_at = DateTimeField(required=True)
    #: Signs no more from here on; None while its successor is not known.
    retires_at = DateTimeField()
    expires_at = DateTimeField()

    def state_at(self, now: datetime) -> str:
        """`next`, `current` or `retired`."""
        if now < self.activates_at:
            return "next"
        return "current" if self.retires_at is None or now < self.retires_at else "retired"
