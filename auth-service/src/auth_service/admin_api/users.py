"""`/users`: the people who can sign in."""

from operator import itemgetter
from typing import Any

from apiflask import APIBlueprint

from auth_service.admin_api import accounts
from auth_service.admin_api.authorization import READ, WRITE, caller, needs, server
from auth_service.admin_api.errors import Refusal
from auth_service.admin_api.paging import SearchablePage, as_page, find_page, starts_with
from auth_service.admin_api.user_json import (
    NewUserOut,
    PasswordIn,
    PasswordOut,
    UserChange,
    UserIn,
    UserOut,
    UserPage,
    show,
)
from auth_service.models import User
from auth_service.models.user import ADMIN, normalise_username

blueprint = APIBlueprint("admin_api_users", __name__, tag="users")


@blueprint.get("/users")
@needs(READ)
@blueprint.input(SearchablePage, location="query")
@blueprint.output(UserPage)
def list_users(query_data: SearchablePage) -> dict[str, Any]:
    """List users by username; `search` is what a username or an email address begins with."""
    condition: dict[str, Any] = {}
    if query_data.search:
        email = {"email": starts_with(query_data.search.lower())}
        condition = {"$or": [{"username": starts_with(as_username(query_data.search))}, email]}
    found = find_page(User._get_collection(), condition, query_data, "username", {"password_hash": 0})
    return as_page(found, query_data, show, itemgetter("username"))


@blueprint.post("/users")
@needs(WRITE)
@blueprint.input(UserIn)
@blueprint.output(NewUserOut, status_code=201, description="Created; a generated password is shown this once")
def create_user(json_data: UserIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Create a user."""
    created = accounts.create(server(), json_data.model_dump(exclude_unset=True))
    body = {**show(created.document), "password": created.generated_password}
    return body, 201, {"Location": f"/admin-api/v1/users/{created.document['_id']}"}


@blueprint.get("/users/<sub>")
@needs(READ)
@blueprint.output(UserOut)
def read_user(sub: str) -> dict[str, Any]:
    """Read a user."""
    return show(accounts.find(sub))


@blueprint.patch("/users/<sub>")
@needs(WRITE)
@blueprint.input(UserChange)
@blueprint.output(UserOut)
@blueprint.doc(responses={409: "An administrator cannot disable themselves or give up their role"})
def change_user(sub: str, json_data: UserChange) -> dict[str, Any]:
    """Change the given fields. Disabling ends the user's sessions, tokens and grants."""
    fields = json_data.model_dump(exclude_unset=True)
    if sub == caller().sub and (fields.get("disabled") or ADMIN not in fields.get("roles", [ADMIN])):
        raise Refusal(409, "You cannot disable yourself or give up your own role: ask another administrator")
    return show(accounts.change(server(), sub, fields))


@blueprint.delete("/users/<sub>")
@needs(WRITE)
@blueprint.doc(responses={204: "Deleted", 409: "An administrator cannot delete themselves"})
def delete_user(sub: str) -> tuple[str, int]:
    """Delete a user with their sessions, tokens, codes and grants."""
    if sub == caller().sub:
        raise Refusal(409, "You cannot delete yourself: ask another administrator")
    accounts.delete(server(), sub)
    return "", 204


@blueprint.post("/users/<sub>/password")
@needs(WRITE)
@blueprint.input(PasswordIn)
@blueprint.output(PasswordOut, description="Set; a generated password is shown this once")
def reset_password(sub: str, json_data: PasswordIn) -> dict[str, Any]:
    """Set a new password, or generate one. Ends the user's sessions and tokens."""
    return {"password": accounts.set_password(server(), sub, json_data.password)}


def as_username(prefix: str) -> str:
    """What is searched for, spelled as usernames are stored; as it came if it cannot be a part of one."""
    try:
        return normalise_username(prefix)
    except ValueError:
        return prefix
