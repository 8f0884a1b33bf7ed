"""`/tokens`: access and refresh tokens that are valid, and their revocation."""

from datetime import datetime
from heapq import merge
from operator import itemgetter
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from auth_service.admin_api.authorization import READ, WRITE, needs, server
from auth_service.admin_api.errors import InvalidField, NotFound
from auth_service.admin_api.names import with_names
from auth_service.admin_api.paging import Page, as_page, by_time, find_newest
from auth_service.models import AccessToken, RefreshToken
from auth_service.models.revocation import revoke_all, revoke_family

blueprint = APIBlueprint("admin_api_tokens", __name__, tag="tokens")

Kind = Literal["access", "refresh"]
Id = Annotated[str, Field(min_length=1, max_length=128)]

MODELS: dict[Kind, Any] = {"access": AccessToken, "refresh": RefreshToken}


class TokenQuery(Page):
    """Which tokens to list."""

    client_id: Id | None = None
    sub: Id | None = None
    kind: Kind | None = None


class Whose(BaseModel):
    """All tokens, or grants, of a client, of a user, or of a user at a client. One of the two is needed."""

    model_config = ConfigDict(extra="forbid")

    client_id: Id | None = None
    sub: Id | None = None

    def condition(self) -> dict[str, str]:
        """What matches them; raises InvalidField when neither was given, which would be everything."""
        if self.client_id is None and self.sub is None:
            raise InvalidField("client_id", "or sub is required")
        return self.model_dump(exclude_none=True)


class TokenOut(BaseModel):
    """A token. `id` is the hash under which it is stored; `sub` is null for a client's own token."""

    id: str
    kind: Kind
    client_id: str
    client_name: str | None
    sub: str | None
    username: str | None
    scope: str
    aud: list[str]
    format: str | None
    session_id: str | None
    issued_at: datetime
    expires_at: datetime


class TokenPage(BaseModel):
    """A page of tokens."""

    items: list[TokenOut]
    next: str | None


class Revoked(BaseModel):
    """How many were revoked."""

    revoked: int


@blueprint.get("/tokens")
@needs(READ)
@blueprint.input(TokenQuery, location="query")
@blueprint.output(TokenPage)
def list_tokens(query_data: TokenQuery) -> dict[str, Any]:
    """List valid tokens, the newest first. A refresh token that was used is no longer valid."""
    condition = query_data.model_dump(include={"client_id", "sub"}, exclude_none=True) | _valid()
    kinds: tuple[Kind, ...] = (query_data.kind,) if query_data.kind else ("access", "refresh")
    found = [_newest(kind, condition, query_data) for kind in kinds]
    rows = list(merge(*found, key=itemgetter("issued_at", "_id"), reverse=True))[: query_data.limit + 1]
    return as_page(with_names(rows), query_data, show, by_time("issued_at"))


@blueprint.get("/tokens/<token_id>")
@needs(READ)
@blueprint.output(TokenOut)
def read_token(token_id: str) -> dict[str, Any]:
    """Read one valid token by its hash."""
    for kind, model in MODELS.items():
        row = model._get_collection().find_one({"_id": token_id} | _valid())
        if row is not None:
            return show(*with_names([{**row, "kind": kind}]))
    raise NotFound("token")


@blueprint.delete("/tokens/<token_id>")
@needs(WRITE)
@blueprint.output(Revoked)
def revoke_token(token_id: str) -> dict[str, int]:
    """Revoke an access token alone, or a refresh token with all that came from the same authorization."""
    refresh = RefreshToken._get_collection().find_one({"_id": token_id}, {"family": 1})
    if refresh is not None:
        return {"revoked": revoke_family(refresh["family"])}
    if AccessToken._get_collection().delete_one({"_id": token_id}).deleted_count == 0:
        raise NotFound("token")
    return {"revoked": 1}


@blueprint.delete("/tokens")
@needs(WRITE)
@blueprint.input(Whose, location="query")
@blueprint.output(Revoked)
def revoke_tokens(query_data: Whose) -> dict[str, int]:
    """Revoke every token of a client, of a user, or of a user at a client."""
    return {"revoked": revoke_all(**query_data.condition())}


def _newest(kind: Kind, condition: dict[str, Any], page: Page) -> list[dict[str, Any]]:
    found = find_newest(MODELS[kind]._get_collection(), condition, page, "issued_at")
    return [{**row, "kind": kind} for row in found]


def _valid() -> dict[str, Any]:
    """What holds of tokens that are neither expired nor rotated."""
    return {"expires_at": {"$gt": server().clock.now()}, "rotated_at": None}


def show(row: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a stored token."""
    return {
        **row,
        "id": row["_id"],
        "sub": row.get("sub"),
        "format": row.get("format"),
        "session_id": row.get("session_id"),
    }
