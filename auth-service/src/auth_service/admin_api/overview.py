"""What the dashboard shows: `/health`, `/counts`, `/scopes`; and `/openapi.json`, which describes it all."""

from typing import Any, Literal, cast

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from auth_service.admin_api import openapi
from auth_service.admin_api.authorization import READ, needs, server
from auth_service.models import AccessToken, Client, Grant, RefreshToken, Session, User
from auth_service.protocol.scope import CATALOGUE

blueprint = APIBlueprint("admin_api_overview", __name__, tag="overview")

COUNTED: dict[str, Any] = {
    "clients": Client,
    "users": User,
    "access_tokens": AccessToken,
    "refresh_tokens": RefreshToken,
    "grants": Grant,
    "sessions": Session,
}


class Health(BaseModel):
    """That the server and its database answer, and how the server is set."""

    status: Literal["ok"]
    issuer: str
    profile: str
    demo: bool


class Counts(BaseModel):
    """How many there are, by the database's own count: what has just expired is in it for a minute or so."""

    clients: int
    users: int
    access_tokens: int
    refresh_tokens: int
    grants: int
    sessions: int


class ScopeOut(BaseModel):
    """A scope, in the words of the consent page."""

    name: str
    description: str
    audience: str
    admin_only: bool


@blueprint.get("/health")
@needs(READ)
@blueprint.output(Health)
def read_health() -> dict[str, Any]:
    """Say that all is well. To answer took a look at the token, in the database."""
    settings = server().settings
    return {"status": "ok", "issuer": settings.issuer, "profile": settings.profile, "demo": settings.demo}


@blueprint.get("/counts")
@needs(READ)
@blueprint.output(Counts)
def read_counts() -> dict[str, int]:
    """Count what there is, in the same time however much that be."""
    return {name: model._get_collection().estimated_document_count() for name, model in COUNTED.items()}


@blueprint.get("/scopes")
@needs(READ, or_own=True)
@blueprint.output(cast(Any, list[ScopeOut]))
def list_scopes() -> list[dict[str, Any]]:
    """List the scopes that clients can have."""
    issuer = server().settings.issuer
    return [
        {
            "name": scope.name,
            "description": scope.description,
            "audience": issuer + scope.resource,
            "admin_only": scope.admin_only,
        }
        for scope in CATALOGUE.values()
    ]


@blueprint.get("/openapi.json")
@blueprint.doc(hide=True)
def read_openapi() -> Response:
    """The OpenAPI 3.1 document of this API; it needs no token."""
    return jsonify(openapi.document())
