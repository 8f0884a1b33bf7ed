"""A note: somebody's title and text."""

import itertools
import secrets
from datetime import datetime

from bson import ObjectId
from mongoengine import DateTimeField, Document, ObjectIdField, StringField

from resource_api.database import ALIAS

MAX_TITLE = 200
MAX_TEXT = 10_000
#: How many notes one owner may keep, so that nobody fills the disk.
MAX_NOTES = 1_000

_made = itertools.count()


class Note(Document):
    """One note; `owner` is the space it lives in (`user:<sub>` or `client:<client_id>`)."""

    id = ObjectIdField(primary_key=True)
    owner = StringField(required=True)
    title = StringField(required=True, max_length=MAX_TITLE)
    text = StringField(default="", max_length=MAX_TEXT)
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)

    meta = {
        "db_alias": ALIAS,
        "collection": "notes",
        "auto_create_index": False,  # startup.py makes them, not whichever worker wakes first
        "indexes": [{"fields": ["owner", "-id"], "name": "owner_newest_first"}],
    }


def new_note_id(now: datetime) -> ObjectId:
    """An id that sorts by time to the millisecond, whichever process makes it; pymongo's do to the second.

    Within a millisecond a process counts on.
    """
    milliseconds, count = int(now.timestamp() * 1000), next(_made) % 2**24
    return ObjectId(milliseconds.to_bytes(6, "big") + count.to_bytes(3, "big") + secrets.token_bytes(3))
