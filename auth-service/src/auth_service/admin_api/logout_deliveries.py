"""`/logout-deliveries`: what became of the logout tokens that clients are sent (OIDC Back-Channel Logout)."""

from datetime import datetime
from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel

from auth_service.admin_api.authorization import READ, WRITE, needs, server
from auth_service.admin_api.errors import NotFound
from auth_service.admin_api.names import with_names
from auth_service.admin_api.paging import Page, as_page
from auth_service.admin_api.tokens import Id
from auth_service.models import LogoutDelivery

blueprint = APIBlueprint("admin_api_logout_deliveries", __name__, tag="logout deliveries")

Status = Literal["pending", "delivered", "refused", "failed"]


class LogoutDeliveryQuery(Page):
    """Which deliveries to list."""

    client_id: Id | None = None
    status: Status | None = None


class LogoutDeliveryOut(BaseModel):
    """What a client was to be told. `result` is of the last attempt; `next_attempt_at` is null when there is none."""

    id: str
    client_id: str
    client_name: str | None
    sub: str
    username: str | None
    sid: str
    status: Status
    attempts: int
    result: str | None
    next_attempt_at: datetime | None
    created_at: datetime
    updated_at: datetime


class LogoutDeliveryPage(BaseModel):
    """A page of deliveries."""

    items: list[LogoutDeliveryOut]
    next: str | None


@blueprint.get("/logout-deliveries")
@needs(READ)
@blueprint.input(LogoutDeliveryQuery, location="query")
@blueprint.output(LogoutDeliveryPage)
def list_logout_deliveries(query_data: LogoutDeliveryQuery) -> dict[str, Any]:
    """List deliveries, the newest first. They are kept for a week."""
    condition: dict[str, Any] = query_data.model_dump(include={"client_id", "status"}, exclude_none=True)
    if query_data.after_key is not None:
        condition["_id"] = {"$lt": query_data.after_key}
    found = LogoutDelivery._get_collection().find(condition).sort("_id", -1).limit(query_data.limit + 1)
    return as_page(with_names(found), query_data, show)


@blueprint.post("/logout-deliveries/<delivery_id>/retry")
@needs(WRITE)
@blueprint.output(LogoutDeliveryOut)
def retry_logout_delivery(delivery_id: str) -> dict[str, Any]:
    """Try it again now, with all of its attempts; also one that was delivered or refused."""
    document = server().deliveries.start_again(delivery_id)
    if document is None:
        raise NotFound("logout delivery")
    return show(with_names([document])[0])


def show(row: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a stored delivery."""
    waits = row["status"] == "pending"
    return {
        **row,
        "id": row["_id"],
        "result": row.get("result"),
        "next_attempt_at": row["due_at"] if waits else None,
    }
