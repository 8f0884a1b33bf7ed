"""`GET /api/me`: whom the token speaks for."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from resource_api.protection import InvalidToken, current_token, require_scope
from resource_api.web.current import service

blueprint = APIBlueprint("me", __name__, tag="Me")

PROFILE_FIELDS = {"username": 1, "name": 1, "email": 1, "email_verified": 1, "disabled_at": 1}
CLIENT_FIELDS = {"client_name": 1, "disabled_at": 1}


class Me(BaseModel):
    """A person, or a client that acts for itself. Members that do not apply are left out."""

    id: str = Field(description="the person's `sub` as the client knows it, or the client's `client_id`")
    sub: str | None = Field(None, description="for a person")
    username: str | None = Field(None, description="for a person")
    name: str | None = Field(None, description="for a person")
    email: str | None = Field(None, description="for a person, with the scope `email`")
    email_verified: bool | None = Field(None, description="for a person, with the scope `email`")
    client_id: str | None = Field(None, description="for a client")
    client_name: str | None = Field(None, description="for a client")


@blueprint.get("/api/me")
@require_scope("profile")
@blueprint.output(Me)
def me() -> Response:
    """Who the token stands for."""
    return jsonify(describe_client() if current_token.sub is None else describe_person(current_token.sub))


def describe_person(sub: str) -> dict[str, Any]:
    """The person's profile, as far as the token's scopes open it; raises InvalidToken when they are gone."""
    found = service().databases.gatehouse["user_profiles"].find_one({"_id": sub}, PROFILE_FIELDS)
    if found is None or found.get("disabled_at") is not None:
        raise InvalidToken("The person behind the access token is gone", rule="user_deleted_or_disabled")
    told = current_token.sub_for_client
    profile = {"id": told, "sub": told, "username": found["username"], "name": found.get("name")}
    if "email" in current_token.scopes:
        profile["email"] = found.get("email")
        profile["email_verified"] = bool(found.get("email_verified"))
    return profile


def describe_client() -> dict[str, Any]:
    """The client that the token was given to; raises InvalidToken when it is gone."""
    client_id = current_token.client_id
    found = service().databases.gatehouse["client_profiles"].find_one({"_id": client_id}, CLIENT_FIELDS)
    if found is None or found.get("disabled_at") is not None:
        raise InvalidToken("The client behind the access token is gone", rule="client_deleted_or_disabled")
    return {"id": client_id, "client_id": client_id, "client_name": found.get("client_name")}
