"""`/initial-access-tokens`: tokens that let programs register clients (RFC 7591 §3), so many each."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from auth_service.admin_api.authorization import READ, WRITE, caller, needs, server
from auth_service.admin_api.errors import NotFound
from auth_service.admin_api.paging import Page, as_page, by_time, find_newest
from auth_service.models import InitialAccessToken
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol.client_metadata import Text

blueprint = APIBlueprint("admin_api_initial_access_tokens", __name__, tag="initial access tokens")

PREFIX = "gia_"
_DAY = 24 * 3600  # seconds


class InitialAccessTokenIn(BaseModel):
    """An initial access token to make."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: Annotated[Text, Field(description="Who or what it is for.")]
    uses: Annotated[int, Field(ge=1, le=10_000, description="How many clients it may register.")] = 1
    expires_in: Annotated[int, Field(ge=60, le=365 * _DAY, description="Seconds.")] = 7 * _DAY


class InitialAccessTokenOut(BaseModel):
    """A token as it is known: by its hash."""

    id: str
    name: str
    uses: int
    remaining: int
    created_by: Annotated[str, Field(description="An administrator's `sub`, or a program's `client_id`.")]
    created_at: datetime
    expires_at: datetime


class NewInitialAccessTokenOut(InitialAccessTokenOut):
    """A token that was just made; it is shown this once."""

    token: str


class InitialAccessTokenPage(BaseModel):
    """A page of tokens that have not expired, and whether anything can be registered without or with one."""

    registration: Literal["closed", "open", "initial_access_token"]
    items: list[InitialAccessTokenOut]
    next: str | None


@blueprint.get("/initial-access-tokens")
@needs(READ)
@blueprint.input(Page, location="query")
@blueprint.output(InitialAccessTokenPage)
def list_initial_access_tokens(query_data: Page) -> dict[str, Any]:
    """List the tokens that have not expired, used up or not, the newest first."""
    condition = {"expires_at": {"$gt": server().clock.now()}}
    found = find_newest(InitialAccessToken._get_collection(), condition, query_data, "created_at")
    answer = as_page(found, query_data, show, by_time("created_at"))
    return {**answer, "registration": server().settings.registration}


@blueprint.post("/initial-access-tokens")
@needs(WRITE)
@blueprint.input(InitialAccessTokenIn)
@blueprint.output(NewInitialAccessTokenOut, status_code=201, description="Made; the token is shown this once")
def create_initial_access_token(json_data: InitialAccessTokenIn) -> tuple[dict[str, Any], int]:
    """Make a token that registers `uses` clients within `expires_in` seconds."""
    now = server().clock.now()
    token = generate_secret(PREFIX)
    made = InitialAccessToken(
        id=hash_secret(token),
        name=json_data.name,
        uses=json_data.uses,
        remaining=json_data.uses,
        created_by=caller().sub or caller().client_id,
        created_at=now,
        expires_at=now + timedelta(seconds=json_data.expires_in),
    )
    made.save(force_insert=True)
    return {**show(made.to_mongo().to_dict()), "token": token}, 201


@blueprint.get("/initial-access-tokens/<token_id>")
@needs(READ)
@blueprint.output(InitialAccessTokenOut)
def read_initial_access_token(token_id: str) -> dict[str, Any]:
    """Read one token that has not expired."""
    condition = {"_id": token_id, "expires_at": {"$gt": server().clock.now()}}
    found = InitialAccessToken._get_collection().find_one(condition)
    if found is None:
        raise NotFound("initial access token")
    return show(found)


@blueprint.delete("/initial-access-tokens/<token_id>")
@needs(WRITE)
@blueprint.doc(responses={204: "Deleted"})
def delete_initial_access_token(token_id: str) -> tuple[str, int]:
    """Delete a token: nothing can be registered with it any more. Clients that were stay."""
    if InitialAccessToken._get_collection().delete_one({"_id": token_id}).deleted_count == 0:
        raise NotFound("initial access token")
    return "", 204


def show(document: dict[str, Any]) -> dict[str, Any]:
    """The JSON of one token."""
    return {**document, "id": document["_id"]}
