"""A reply of the protocol, free of the web framework."""

from typing import Any, NamedTuple


class Reply(NamedTuple):
    """Status, body (text, or an object for JSON) and headers: what Authlib's endpoints return, named."""

    status: int
    body: str | dict[str, Any]
    headers: list[tuple[str, str]]
