"""The front door: what this is, who is signed in, and in the demo what to try first."""

from flask import Blueprint, render_template

from auth_service import demo
from auth_service.web.current import server
from auth_service.web.session import current_user

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> str:
    """The home page."""
    settings = server().settings
    return render_template(
        "home.html",
        user=current_user(),
        issuer=settings.issuer,
        clients=_ready_made_clients() if settings.demo else (),
        curl=_first_requests(settings.issuer) if settings.demo else (),
        redirect_uri=demo.REDIRECT_URI,
    )


def _ready_made_clients() -> list[dict[str, str]]:
    """The demo's clients: id, secret, and what each may do."""
    return [
        {
            "id": client_id,
            "name": client.get("client_name", client_id),
            "secret": demo.secret_of(client_id) or "",
            "uses": _uses_in_words(client),
        }
        for client_id, client in demo.CLIENTS.items()
    ]


def _uses_in_words(client: dict) -> str:
    """What of its registration the security profile lets the client do."""
    if "grant_types" not in client:
        return "introspection"
    profile = server().profile
    return ", ".join(in_words(grant) for grant in client["grant_types"] if grant in profile.grant_types) or (
        f"nothing under {profile.name}"
    )


def in_words(grant_type: str) -> str:
    """A grant type without what makes it unique and hard to read."""
    return grant_type.rpartition(":")[2].replace("_", " ")


def _first_requests(issuer: str) -> list[tuple[str, str]]:
    """Two command lines to paste: get a token, call the API with it."""
    client_id = "demo-service"
    token = (
        f"TOKEN=$(curl -s -u {client_id}:{demo.secret_of(client_id)} "
        f"-d grant_type=client_credentials -d scope=profile {issuer}/oauth/token "
        """| sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')"""
    )
    return [
        ("Get a token", token),
        ("Call the API with it", f'curl -H "Authorization: Bearer $TOKEN" {issuer}/api/me'),
    ]
