"""A note: somebody's title and text."""

from mongoengine import DateTimeField, Document, ObjectIdField, StringField

from resource_api.database import ALIAS

MAX_TITLE = 200
MAX_TEXT = 10_000
#: How many notes one owner may keep, so that nobody fills the disk.
MAX_NOTES = 1_000


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
