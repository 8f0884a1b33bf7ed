"""The demo's ready-made clients and administrator: made by `migrate` in demo mode, refused outside it."""

from contextlib import suppress
from datetime import datetime

from mongoengine.errors import NotUniqueError

from auth_service.models import Client, ClientSecret, User
from auth_service.models.secret import hash_secret
from auth_service.models.user import ADMIN
from auth_service.protocol.profile import DEVICE_CODE

ADMINISTRATOR = "admin"
REDIRECT_URI = "http://127.0.0.1:4600/callback"
_PEOPLE = "openid profile email notes:read notes:write"

#: Each client's registration; a confidential one's secret is `<id>-secret`.
CLIENTS: dict[str, dict] = {
    "demo-web": {
        "client_name": "Demo web app",
        "grant_types": ["authorization_code", "refresh_token", "password"],
        "response_types": ["code"],
        "redirect_uris": [REDIRECT_URI],
        "scope": _PEOPLE,
        "token_endpoint_auth_method": "client_secret_basic",
    },
    "demo-spa": {
        "client_name": "Demo single-page app",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [REDIRECT_URI],
        "scope": _PEOPLE,
        "token_endpoint_auth_method": "none",
    },
    "demo-implicit": {
        "client_name": "Demo implicit app (legacy)",
        "grant_types": ["implicit"],
        "response_types": ["token"],
        "redirect_uris": [REDIRECT_URI],
        "scope": "profile email notes:read notes:write",
        "token_endpoint_auth_method": "none",
    },
    "demo-device": {
        "client_name": "Demo device",
        "grant_types": [DEVICE_CODE, "refresh_token"],
        "scope": _PEOPLE,
        "token_endpoint_auth_method": "none",
    },
    "demo-service": {
        "client_name": "Demo service",
        "grant_types": ["client_credentials"],
        "scope": "profile notes:read notes:write",
        "token_endpoint_auth_method": "client_secret_basic",
    },
    "demo-api": {
        "client_name": "Demo resource server",
        "token_endpoint_auth_method": "client_secret_basic",
        "resource_server": True,
    },
    "demo-automation": {
        "client_name": "Demo automation",
        "grant_types": ["client_credentials"],
        "scope": "admin:read admin:write",
        "token_endpoint_auth_method": "client_secret_basic",
    },
}


def secret_of(client_id: str) -> str | None:
    """The secret of a demo client that has one."""
    public = CLIENTS[client_id]["token_endpoint_auth_method"] == "none"
    return None if public else f"{client_id}-secret"


def register(now: datetime) -> None:
    """Create what is missing of the demo; what was changed since is left as it is."""
    User.find_or_create(ADMINISTRATOR, now, roles=[ADMIN])
    for client_id, registration in CLIENTS.items():
        if Client.objects(client_id=client_id).first() is None:
            secret = secret_of(client_id)
            secrets = [ClientSecret(hash=hash_secret(secret), created_at=now)] if secret else []
            client = Client(
                client_id=client_id, secrets=secrets, created_at=now, updated_at=now, **registration
            )
            with suppress(NotUniqueError):  # a migration at the same time was quicker to make it
                client.save()
