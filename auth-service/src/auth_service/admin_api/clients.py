"""`/clients`: registered clients (RFC 7591's fields), for administrators and for those who own them."""

from datetime import timedelta
from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field

from auth_service.admin_api import client_registry
from auth_service.admin_api.authorization import READ, WRITE, Caller, caller, needs, server
from auth_service.admin_api.client_json import (
    ClientDetail,
    ClientIn,
    ClientOut,
    ClientPage,
    NewClientOut,
    RotationIn,
    RotationOut,
    show,
)
from auth_service.admin_api.errors import NotFound, Refusal
from auth_service.admin_api.paging import SearchablePage, as_page, by_time, find_newest, starts_with
from auth_service.models import AccessToken, Client, RefreshToken
from auth_service.protocol.client_metadata import InvalidClientMetadata
from auth_service.protocol.client_registration import is_administrative, is_raised

blueprint = APIBlueprint("admin_api_clients", __name__, tag="clients")

#: What only administrators decide, since it reaches beyond the client itself.
RESERVED = ("owner", "resource_server", "consent_required", "audience", "disabled")

#: Counting stops here, so that a client with millions of tokens is shown as fast as any other.
COUNT_LIMIT = 10_000


class ClientQuery(SearchablePage):
    """Which clients to list; `search` is what a name or an id begins with."""

    owner: Annotated[str | None, Field(max_length=128, description="A user's `sub`.")] = None


@blueprint.get("/clients")
@needs(READ, or_own=True)
@blueprint.input(ClientQuery, location="query")
@blueprint.output(ClientPage)
def list_clients(query_data: ClientQuery) -> dict[str, Any]:
    """List clients, the newest first."""
    condition: dict[str, Any] = {}
    if query_data.owner is not None:
        condition["owner"] = query_data.owner
    if caller().only_own:
        condition = {"$and": [condition, {"owner": caller().sub}]}
    if query_data.search:
        name = {"search_name": starts_with(query_data.search.casefold())}
        condition = {"$and": [condition, {"$or": [name, {"_id": starts_with(query_data.search)}]}]}
    found = find_newest(Client._get_collection(), condition, query_data, "created_at")
    return as_page(found, query_data, show, by_time("created_at"))


@blueprint.post("/clients")
@needs(WRITE, or_own=True)
@blueprint.input(ClientIn)
@blueprint.output(NewClientOut, status_code=201, description="Created; the secret is shown this once")
def create_client(json_data: ClientIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Create a client, owned by the caller unless an administrator says otherwise."""
    fields = json_data.model_dump(exclude_unset=True)
    check_reserved(caller(), fields)
    created = client_registry.create(server(), {"owner": caller().sub, **fields})
    location = f"/admin-api/v1/clients/{created.document['_id']}"
    body = {**show(created.document), "client_secret": created.secret}
    return body, 201, {"Location": location}


@blueprint.get("/clients/<client_id>")
@needs(READ, or_own=True)
@blueprint.output(ClientDetail)
def read_client(client_id: str) -> dict[str, Any]:
    """Read a client, with the number of its valid tokens."""
    document = visible(client_id)
    alive = {"client_id": client_id, "expires_at": {"$gt": server().clock.now()}}
    access, refresh = AccessToken._get_collection(), RefreshToken._get_collection()
    return {
        **show(document),
        "active_access_tokens": access.count_documents(alive, limit=COUNT_LIMIT),
        "active_refresh_tokens": refresh.count_documents({**alive, "rotated_at": None}, limit=COUNT_LIMIT),
    }


@blueprint.patch("/clients/<client_id>")
@needs(WRITE, or_own=True)
@blueprint.input(ClientIn)
@blueprint.output(ClientOut)
def change_client(client_id: str, json_data: ClientIn) -> dict[str, Any]:
    """Change the given fields; the client must be consistent afterwards. Disabling revokes its tokens.

    Once it has a redirect URI at another host, everybody is asked again what they allow it.
    """
    document = changeable(client_id)
    fields = json_data.model_dump(exclude_unset=True)
    check_reserved(caller(), fields)
    return show(client_registry.change(server(), document, fields))


@blueprint.delete("/clients/<client_id>")
@needs(WRITE, or_own=True)
@blueprint.doc(responses={204: "Deleted"})
def delete_client(client_id: str) -> tuple[str, int]:
    """Delete a client with its tokens, codes, grants and pending requests."""
    client_registry.delete(server(), changeable(client_id)["_id"])
    return "", 204


@blueprint.post("/clients/<client_id>/secret")
@needs(WRITE, or_own=True)
@blueprint.input(RotationIn)
@blueprint.output(RotationOut, description="Rotated; the secret is shown this once")
def rotate_client_secret(client_id: str, json_data: RotationIn) -> dict[str, Any]:
    """Make a new secret; the previous one can stay valid for a while."""
    document = changeable(client_id)
    keep = timedelta(seconds=json_data.keep_previous_for)
    secret, until = client_registry.rotate_secret(server(), document, keep)
    return {"client_id": client_id, "client_secret": secret, "previous_expires_at": until}


def visible(client_id: str) -> dict[str, Any]:
    """The client, if the caller may know of it; raises NotFound."""
    document = client_registry.find(client_id)
    if caller().only_own and document.get("owner") != caller().sub:
        raise NotFound("client")
    return document


def changeable(client_id: str) -> dict[str, Any]:
    """The client, if the caller may change it.

    Who owns a client that an administrator has raised may not send its answers elsewhere, or take its secret.
    """
    document = visible(client_id)
    if caller().only_own and is_raised(document):
        raise Refusal(
            403, "Only an administrator can change this client: it has rights that owners cannot give"
        )
    return document


def check_reserved(who: Caller, fields: dict[str, Any]) -> None:
    """Owners leave alone what only administrators decide; raises InvalidClientMetadata naming the fields."""
    if not who.only_own:
        return
    faults = [(name, "can only be set by an administrator") for name in RESERVED if name in fields]
    if is_administrative(fields.get("scope") or ""):
        faults.append(("scope", "has a scope that only an administrator can give to a client"))
    if faults:
        raise InvalidClientMetadata(faults)
