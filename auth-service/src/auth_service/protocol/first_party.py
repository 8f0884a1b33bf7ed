"""Gatehouse's own services as clients of it: registered by `migrate` with the secrets that they were given."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from mongoengine.errors import NotUniqueError

from auth_service.models import Client, ClientSecret
from auth_service.models.secret import hash_secret
from auth_service.settings import Settings

ADMIN_UI = "gatehouse-admin-ui"
RESOURCE_API = "gatehouse-resource-api"


def register_first_party_clients(settings: Settings, now: datetime) -> None:
    """Register, or bring up to date, those whose secret is configured."""
    issuer = settings.issuer
    if settings.admin_ui_client_secret is not None:
        _register(
            ADMIN_UI,
            settings.admin_ui_client_secret.get_secret_value(),
            now,
            client_name="Gatehouse admin",
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            redirect_uris=[f"{issuer}/admin/callback"],
            post_logout_redirect_uris=[f"{issuer}/admin/", f"{issuer}/admin/signed-out"],
            scope="openid profile email admin:read admin:write clients:own",
            id_token_signed_response_alg="ES256",
            consent_required=False,
        )
    if settings.resource_api_client_secret is not None:
        _register(
            RESOURCE_API,
            settings.resource_api_client_secret.get_secret_value(),
            now,
            client_name="Gatehouse resource API",
            resource_server=True,
        )


def _register(client_id: str, secret: str, now: datetime, **registration: Any) -> None:
    client = Client.objects(client_id=client_id).first() or Client(client_id=client_id, created_at=now)
    for name, value in registration.items():
        setattr(client, name, value)
    client.token_endpoint_auth_method = "client_secret_basic"
    if [known.hash for known in client.secrets] != [hash_secret(secret)]:
        client.secrets = [ClientSecret(hash=hash_secret(secret), created_at=now)]
    client.updated_at = now
    with suppress(NotUniqueError):  # a migration at the same time was quicker to make it
        client.save()
