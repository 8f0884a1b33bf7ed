"""Lists, a page at a time, by keyset: a page begins after a key, so that none is dearer than another."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Annotated, Any

from bson.datetime_ms import DatetimeMS
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auth_service.admin_api.errors import InvalidField

#: The highest character there is: what starts with a prefix sorts before the prefix with this at its end.
_LAST = "\U0010ffff"

#: The key of a row in a list by time: milliseconds since 1970, at which it was made, and its id.
_TIME_AND_ID = re.compile(r"([0-9]{1,15})\.(.*)", re.ASCII | re.DOTALL)
_NOT_OURS = "is not a cursor of this API"


def decode_cursor(cursor: str) -> str:
    """The key that an opaque cursor stands for; ValueError if it is not one of ours."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise ValueError(_NOT_OURS) from None


def encode_cursor(key: str) -> str:
    """An opaque cursor for a key."""
    return base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode()


class Page(BaseModel):
    """Which part of a list is asked for."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100, description="Items a page.")] = 25
    after: (
        Annotated[
            str,
            Field(min_length=1, max_length=1024, description="`next` of the page before."),
            AfterValidator(lambda cursor: encode_cursor(decode_cursor(cursor))),
        ]
        | None
    ) = None

    @property
    def after_key(self) -> str | None:
        """The key after which the page begins, None for the first page."""
        return decode_cursor(self.after) if self.after else None


class SearchablePage(Page):
    """A page of a list that can be searched."""

    search: Annotated[
        str, Field(max_length=128, description="What a name begins with."), AfterValidator(str.strip)
    ] = ""


def starts_with(prefix: str) -> dict[str, str]:
    """A condition that an index answers. It is a range and not a pattern: nothing in it needs escaping."""
    return {"$gte": prefix, "$lt": prefix + _LAST}


def find_page(
    collection: Any,
    condition: dict[str, Any],
    page: Page,
    key: str,
    projection: dict[str, int] | None = None,
) -> list[dict[str, Any]]:
    """The page's documents in the order of `key`, which is unique, and one more if there are more."""
    if page.after_key is not None:
        condition = {"$and": [condition, {key: {"$gt": page.after_key}}]}
    return list(collection.find(condition, projection).sort(key, 1).limit(page.limit + 1))


def find_newest(collection: Any, condition: dict[str, Any], page: Page, time: str) -> list[dict[str, Any]]:
    """The page's documents, the newest by `time` first, and one more if there are more.

    An index on what the condition names, then `time` and `_id`, has them in this order.
    """
    if page.after_key is not None:
        moment, last = time_and_id(page.after_key)
        earlier = {time: {"$lte": moment}, "$or": [{time: {"$lt": moment}}, {"_id": {"$lt": last}}]}
        condition = {"$and": [condition, earlier]}
    return list(collection.find(condition).sort([(time, -1), ("_id", -1)]).limit(page.limit + 1))


def time_and_id(key: str) -> tuple[DatetimeMS, str]:
    """The place in a list by time that a cursor's key stands for; raises InvalidField if it is none."""
    parts = _TIME_AND_ID.fullmatch(key)
    if parts is None:
        raise InvalidField("after", _NOT_OURS)
    return DatetimeMS(int(parts[1])), parts[2]


def by_time(time: str) -> Callable[[dict[str, Any]], str]:
    """What makes the key of a document in a list by `time`."""
    return lambda document: f"{int(DatetimeMS(document[time]))}.{document['_id']}"


def as_page(
    documents: Iterable[dict[str, Any]],
    page: Page,
    show: Callable[[dict[str, Any]], Any],
    key_of: Callable[[dict[str, Any]], str] = itemgetter("_id"),
) -> dict[str, Any]:
    """The answer: the items, and the cursor of the next page or None at the end."""
    found = list(documents)
    shown = found[: page.limit]
    more = len(found) > page.limit
    return {
        "items": [show(document) for document in shown],
        "next": encode_cursor(key_of(shown[-1])) if more else None,
    }
