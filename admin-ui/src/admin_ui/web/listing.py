"""Lists: what the address asks for (search, page, filters), and the addresses of the pages beside it."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import request

from admin_ui import admin_api

PAGE = 25  # rows
LONGEST = 128  # characters of a filter, as the admin API has it


@dataclass(frozen=True)
class Listing:
    """One page of a list: its rows, and whatever the address chose."""

    items: list[dict[str, Any]]
    chosen: dict[str, str]
    after: str
    next: str | None
    reply: dict[str, Any] = field(default_factory=dict)  # all that the admin API said

    @property
    def next_address(self) -> str:
        """The following page; keyset paging keeps it right while rows come and go."""
        return self._address(after=self.next or "")

    @property
    def first_address(self) -> str:
        """The first page of the same choice."""
        return self._address()

    @property
    def is_filtered(self) -> bool:
        """Whether something beyond the plain list was asked for."""
        return any(self.chosen.values())

    @property
    def is_searched(self) -> bool:
        """Whether something was typed to look for."""
        return bool(self.chosen.get("search"))

    @property
    def plain_address(self) -> str:
        """The list without any filter."""
        return request.path

    def choosing(self, name: str, value: str) -> str:
        """The list with one of its filters set to this; to nothing where it is empty."""
        return self._address(**{name: value})

    @property
    def query(self) -> str:
        """The choice, as the admin API takes it too."""
        return self._query()

    def _address(self, **extra: str) -> str:
        query = self._query(**extra)
        return f"{request.path}?{query}" if query else request.path

    def _query(self, **extra: str) -> str:
        return urlencode({key: value for key, value in {**self.chosen, **extra}.items() if value})


def fetch(*segments: str, filters: tuple[str, ...]) -> Listing:
    """Ask the admin API for the page that the address names."""
    chosen = {name: request.args.get(name, "").strip()[:LONGEST] for name in filters}
    after = request.args.get("after", "")[:500]
    reply = admin_api.get(*segments, limit=PAGE, after=after, **chosen)
    return Listing(reply.get("items", []), chosen, after, reply.get("next"), reply)
