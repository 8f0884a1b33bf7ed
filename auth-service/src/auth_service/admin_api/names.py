"""The names that belong to the ids on a page: one query a page for clients and one for users, none a row."""

from collections.abc import Iterable, Mapping
from typing import Any

from auth_service.models import Client, User


def with_names(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with `client_name` and `username` beside `client_id` and `sub`; None where there is none."""
    found = [dict(row) for row in rows]
    clients = _names(Client, "client_name", {row["client_id"] for row in found})
    users = _names(User, "username", {row["sub"] for row in found if row.get("sub")})
    for row in found:
        row["client_name"] = clients.get(row["client_id"])
        row["username"] = users.get(row.get("sub"))
    return found


def _names(model: Any, field: str, ids: set[str]) -> dict[str | None, str | None]:
    """The field of each document that has one of the ids."""
    if not ids:
        return {}
    rows = model._get_collection().find({"_id": {"$in": list(ids)}}, {field: 1})
    return {row["_id"]: row.get(field) for row in rows}
