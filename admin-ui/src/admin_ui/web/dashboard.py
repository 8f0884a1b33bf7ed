"""`/admin/`: how many there are of everything, the server's addresses, and what to do first."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.current import admin_ui
from admin_ui.web.rights import present_person

blueprint = Blueprint("dashboard", __name__)


@dataclass(frozen=True)
class Tile:
    """A number that leads to what it counts; sessions have no page of their own."""

    title: str
    number: int
    address: str | None
    icon: str


ENDPOINTS = (
    ("Issuer", "issuer"),
    ("Authorization", "authorization_endpoint"),
    ("Device authorization", "device_authorization_endpoint"),
    ("Token", "token_endpoint"),
    ("Userinfo", "userinfo_endpoint"),
    ("Introspection", "introspection_endpoint"),
    ("Revocation", "revocation_endpoint"),
    ("Keys (JWKS)", "jwks_uri"),
    ("End session", "end_session_endpoint"),
    ("Registration", "registration_endpoint"),
)


@blueprint.get("/admin")
@blueprint.get("/admin/")
def dashboard() -> str | Response:
    """The first page of an administrator; owners of clients begin at their clients."""
    if not present_person().may_read:
        return redirect(url_for("clients.index"))
    counts = admin_api.get("counts")
    tiles = [
        Tile("Clients", counts["clients"], url_for("clients.index"), icon="apps"),
        Tile("Users", counts["users"], url_for("users.index"), icon="users"),
        Tile("Grants", counts["grants"], url_for("grants.index"), icon="checklist"),
        Tile("Access tokens", counts["access_tokens"], url_for("tokens.index", kind="access"), icon="ticket"),
        Tile(
            "Refresh tokens",
            counts["refresh_tokens"],
            url_for("tokens.index", kind="refresh"),
            icon="refresh",
        ),
        Tile("Sessions", counts["sessions"], None, icon="login-2"),
    ]
    return render_template("dashboard.html", tiles=tiles, endpoints=endpoints())


def endpoints() -> list[tuple[str, str]]:
    """Title and address of each endpoint, from the discovery document itself."""
    metadata = admin_ui().provider.metadata()
    issuer = admin_ui().settings.issuer
    found = [(title, metadata[name]) for title, name in ENDPOINTS if name in metadata]
    found.insert(1, ("Discovery (OpenID Connect)", f"{issuer}/.well-known/openid-configuration"))
    found.insert(2, ("Discovery (OAuth 2.0)", f"{issuer}/.well-known/oauth-authorization-server"))
    return [
        *found,
        ("Admin API", f"{issuer}/admin-api/v1"),
        ("Admin API document", f"{issuer}/admin-api/v1/openapi.json"),
    ]
