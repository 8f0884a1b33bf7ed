"""People who can sign in."""

import secrets
import unicodedata
from datetime import datetime
from typing import Any

from mongoengine import BooleanField, DateTimeField, DictField, Document, EmailField, ListField, StringField

ADMIN = "admin"

#: The standard claims (OIDC Core §5.1) that only apps hear, from userinfo and id_tokens: no view shows them.
PERSONAL = (
    *("given_name", "family_name", "middle_name", "nickname", "profile_url", "picture", "website", "gender"),
    *("birthdate", "zoneinfo", "locale", "phone_number", "phone_number_verified", "address"),
)


class User(Document):
    """An account; its id is the subject (`sub`), random and never reused."""

    meta = {
        "collection": "users",
        "auto_create_index": False,
        "indexes": [{"fields": ["username"], "unique": True}, {"fields": ["email", "_id"], "sparse": True}],
    }

    id = StringField(primary_key=True, default=lambda: secrets.token_urlsafe(16))
    username = StringField(required=True, max_length=64)
    #: argon2id; None for accounts that cannot sign in with a password of their own (the demo's).
    password_hash = StringField()
    name = StringField(max_length=128)
    email = EmailField(max_length=254)
    email_verified = BooleanField(default=False)
    #: The claim `profile` is `profile_url` here.
    given_name = StringField()
    family_name = StringField()
    middle_name = StringField()
    nickname = StringField()
    profile_url = StringField()
    picture = StringField()
    website = StringField()
    gender = StringField()
    birthdate = StringField()
    zoneinfo = StringField()
    locale = StringField()
    phone_number = StringField()
    phone_number_verified = BooleanField(default=False)
    #: OIDC Core §5.1.1: `formatted`, `street_address`, `locality`, `region`, `postal_code`, `country`.
    address = DictField()
    roles = ListField(StringField(choices=(ADMIN,)))
    disabled_at = DateTimeField()
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)

    def get_user_id(self) -> str:
        """The subject identifier."""
        return self.id

    @property
    def is_admin(self) -> bool:
        """Whether the person administers this server."""
        return ADMIN in self.roles

    def may_still_sign_in(self) -> bool:
        """Whether neither the password was changed nor the account disabled or deleted since this was read."""
        as_read = {"_id": self.id, "password_hash": self.password_hash, "disabled_at": None}
        return self._get_collection().find_one(as_read, {"_id": 1}) is not None

    @classmethod
    def find(cls, username: str) -> "User | None":
        """The account of that name that is not disabled, or None."""
        try:
            return cls.objects(username=normalise_username(username), disabled_at=None).first()
        except ValueError:
            return None

    @classmethod
    def load(cls, sub: str | None) -> "User | None":
        """The account with that subject that is not disabled, or None."""
        return cls.objects(id=sub, disabled_at=None).first() if sub else None

    @classmethod
    def read(cls, sub: str | None) -> dict[str, Any] | None:
        """The same as it is stored, less the password's hash: making objects of its many fields would take longer."""
        condition = {"_id": sub, "disabled_at": None}
        return cls._get_collection().find_one(condition, {"password_hash": 0}) if sub else None

    @classmethod
    def find_or_create(cls, username: str, now: datetime, roles: list[str] | None = None) -> "User | None":
        """The account of that name, made on the spot if there is none (the demo); None if it is disabled.

        Raises ValueError for a name that cannot be one.
        """
        normal = normalise_username(username)
        cls._get_collection().update_one(
            {"username": normal},
            {
                "$setOnInsert": cls(
                    username=normal, name=username.strip(), roles=roles or [], created_at=now, updated_at=now
                )
                .to_mongo()
                .to_dict()
            },
            upsert=True,
        )
        return cls.objects(username=normal, disabled_at=None).first()


def normalise_username(username: str) -> str:
    """The one spelling under which a name is stored; ValueError names what is wrong with it."""
    normal = unicodedata.normalize("NFKC", username).strip().casefold()
    if not normal:
        raise ValueError("must not be empty")
    if len(normal) > 64:
        raise ValueError("must be at most 64 characters long")
    if any(unicodedata.category(character)[0] == "C" for character in normal):
        raise ValueError("must not contain control characters")
    return normal
