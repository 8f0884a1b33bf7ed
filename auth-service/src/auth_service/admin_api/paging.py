"""Lists, a page at a time, by keyset: a page begins after a key, so that none is dearer than another."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

#: The highest character there is: what starts with a prefix sorts before the prefix with this at its end.
_LAST = "\U0010ffff"


def decode_cursor(cursor: str) -> str:
    """The key that an opaque cursor stands for; ValueError if it is not one of ours."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise ValueError("is not a cursor of this API") from None


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
    key: str = "_id",
    projection: dict[str, int] | None = None,
) -> list[dict[str, Any]]:
    """The page's documents in the order of `key`, which is unique, and one more if there are more."""
    if page.after_key is not None:
        condition = {"$and": [condition, {key: {"$gt": page.after_key}}]}
    return list(collection.find(condition, projection).sort(key, 1).limit(page.limit + 1))


def as_page(
    documents: Iterable[dict[str, Any]], page: Page, show: Callable[[dict[str, Any]], Any], key: str = "_id"
) -> dict[str, Any]:
    """The answer: the items, and the cursor of the next page or None at the end."""
    found = list(documents)
    shown = found[: page.limit]
    more = len(found) > page.limit
    return {
        "items": [show(document) for document in shown],
        "next": encode_cursor(shown[-1][key]) if more else None,
    }
