"""Grants: what a user allowed a client, so that the same question is not asked twice."""

from datetime import datetime

from mongoengine import DateTimeField, Document, ListField, StringField


class Grant(Document):
    """A user's consent to a client; `id` is `<sub>:<client_id>`, which makes it one per pair."""

    meta = {
        "collection": "grants",
        "auto_create_index": False,
        "indexes": [
            ("client_id", "granted_at", "_id"),
            ("sub", "granted_at", "_id"),
            ("granted_at", "_id"),
        ],
    }

    id = StringField(primary_key=True)
    sub = StringField(required=True)
    client_id = StringField(required=True)
    scope = ListField(StringField())
    granted_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)

    @classmethod
    def covers(cls, sub: str, client_id: str, scope: list[str]) -> bool:
        """Whether the user has already allowed the client all of this scope."""
        grant = cls._get_collection().find_one({"_id": f"{sub}:{client_id}"}, {"scope": 1})
        return grant is not None and set(scope) <= set(grant["scope"])

    @classmethod
    def allow(cls, sub: str, client_id: str, scope: list[str], now: datetime) -> None:
        """Remember the consent, adding to what was allowed before."""
        cls._get_collection().update_one(
            {"_id": f"{sub}:{client_id}"},
            {
                "$setOnInsert": {"sub": sub, "client_id": client_id, "granted_at": now},
                "$set": {"updated_at": now},
                "$addToSet": {"scope": {"$each": scope}},
            },
            upsert=True,
        )
