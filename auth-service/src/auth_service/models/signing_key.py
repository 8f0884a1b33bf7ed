"""Signing keys: the public part as a JWK, the private part encrypted with a key that is not in the database."""

from datetime import datetime

from mongoengine import BinaryField, DateTimeField, DictField, Document, IntField, StringField


class SigningKey(Document):
    """A key pair. It is published at once, signs from `activates_at`, and retires when its successor takes over."""

    meta = {
        "collection": "signing_keys",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
            # However many replicas want to make the next key, one of them does. The first keys had no generation.
            {
                "fields": ["alg", "generation"],
                "unique": True,
                "partialFilterExpression": {"generation": {"$exists": True}},
            },
        ],
    }

    kid = StringField(primary_key=True)
    alg = StringField(required=True)
    #: Counts the keys of an algorithm.
    generation = IntField(default=0)
    public_jwk = DictField(required=True)
    encrypted_private_key = BinaryField(required=True)
    created_at = DateTimeField(required=True)
    activates_at = DateTimeField(required=True)
    #: Signs no more from here on; None while its successor is not known.
    retires_at = DateTimeField()
    #: All that it signed has expired by then.
    published_until = DateTimeField()
    #: By hand, in an emergency: signs no more, is not published, and nothing that it signed counts.
    revoked_at = DateTimeField()
    #: Forgotten: until then it is known who issued an old id_token, and that a key was revoked.
    expires_at = DateTimeField()

    def state_at(self, now: datetime) -> str:
        """`next`, `current`, `retired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        if now < self.activates_at:
            return "next"
        return "current" if self.retires_at is None or now < self.retires_at else "retired"

    def is_published_at(self, now: datetime) -> bool:
        """Whether clients find it in the JWK set."""
        return self.revoked_at is None and (self.published_until is None or now < self.published_until)
