"""`/grants`: what users have allowed to clients."""

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from auth_service.admin_api.authorization import READ, WRITE, needs
from auth_service.admin_api.errors import NotFound
from auth_service.admin_api.names import with_names
from auth_service.admin_api.paging import Page, as_page, by_time, find_newest
from auth_service.admin_api.tokens import Id, Revoked, Whose
from auth_service.models import Grant
from auth_service.models.revocation import revoke_all

blueprint = APIBlueprint("admin_api_grants", __name__, tag="grants")


class GrantQuery(Page):
    """Which grants to list."""

    client_id: Id | None = None
    sub: Id | None = None


class GrantOut(BaseModel):
    """What a user has allowed a client."""

    id: str
    client_id: str
    client_name: str | None
    sub: str
    username: str | None
    scope: list[str]
    granted_at: datetime
    updated_at: datetime


class GrantPage(BaseModel):
    """A page of grants."""

    items: list[GrantOut]
    next: str | None


@blueprint.get("/grants")
@needs(READ)
@blueprint.input(GrantQuery, location="query")
@blueprint.output(GrantPage)
def list_grants(query_data: GrantQuery) -> dict[str, Any]:
    """List grants, the newest first: by when each was first given."""
    condition = query_data.model_dump(include={"client_id", "sub"}, exclude_none=True)
    rows = with_names(find_newest(Grant._get_collection(), condition, query_data, "granted_at"))
    return as_page(rows, query_data, show, by_time("granted_at"))


@blueprint.get("/grants/<grant_id>")
@needs(READ)
@blueprint.output(GrantOut)
def read_grant(grant_id: str) -> dict[str, Any]:
    """Read one grant."""
    grant = Grant._get_collection().find_one({"_id": grant_id})
    if grant is None:
        raise NotFound("grant")
    return show(*with_names([grant]))


@blueprint.delete("/grants/<grant_id>")
@needs(WRITE)
@blueprint.output(Revoked)
def revoke_grant(grant_id: str) -> dict[str, int]:
    """Take a grant back, with the tokens that the client has for the user; says how many grants that were."""
    grant = Grant._get_collection().find_one({"_id": grant_id})
    if grant is None:
        raise NotFound("grant")
    revoke_all(client_id=grant["client_id"], sub=grant["sub"])  # first: cut off, it can be done again
    Grant._get_collection().delete_one({"_id": grant_id})
    revoke_all(client_id=grant["client_id"], sub=grant["sub"])  # what it gave in between
    return {"revoked": 1}


@blueprint.delete("/grants")
@needs(WRITE)
@blueprint.input(Whose, location="query")
@blueprint.output(Revoked)
def revoke_grants(query_data: Whose) -> dict[str, int]:
    """Take back every grant to a client, or of a user, with all of its or their tokens."""
    condition = query_data.condition()
    deleted = Grant._get_collection().delete_many(condition).deleted_count
    revoke_all(**condition)
    return {"revoked": deleted}


def show(row: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a stored grant."""
    return {**row, "id": row["_id"]}
