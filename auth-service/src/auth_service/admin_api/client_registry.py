"""Registering, changing and removing clients: the work behind the API and the command line."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument

from auth_service.admin_api.errors import NotFound, Refusal
from auth_service.models import Client, User
from auth_service.models.revocation import revoke_all
from auth_service.protocol import client_registration, client_secret
from auth_service.protocol.client_metadata import InvalidClientMetadata
from auth_service.protocol.client_metadata_rules import needs_secret
from auth_service.protocol.client_registration import METADATA
from auth_service.protocol.server import AuthorizationServer

#: Ours that are set like metadata, and what they are when left out.
OUR_DEFAULTS: dict[str, Any] = {
    "profile": None,
    "access_token_format": "opaque",
    "owner": None,
    "audience": [],
    "resource_server": False,
    "consent_required": True,
}
#: How many previous secrets can be valid beside the newest.
MAX_PREVIOUS_SECRETS = 4


@dataclass(frozen=True)
class Created:
    """A client's document, and its secret in clear: None for a public client."""

    document: dict[str, Any]
    secret: str | None


def find(client_id: str) -> dict[str, Any]:
    """The stored client, disabled or not; raises NotFound."""
    document = Client._get_collection().find_one({"_id": client_id})
    if document is None:
        raise NotFound("client")
    return document


def create(server: AuthorizationServer, fields: Mapping[str, Any]) -> Created:
    """Register a client; raises InvalidClientMetadata."""
    now = server.clock.now()
    values = _check(server, fields)
    _check_owner(fields)
    client_id = secrets.token_hex(16)
    secret = client_secret.new_secret(server, client_id, values["token_endpoint_auth_method"], now)
    disabled_at = now if fields.get("disabled") else None
    document = client_registration.insert(server, client_id, values, secret, disabled_at=disabled_at)
    return Created(document, secret.text)


def change(server: AuthorizationServer, current: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change only the given fields, if the result is good as a whole; raises InvalidClientMetadata."""
    now = server.clock.now()
    changes: dict[str, Any] = {}
    if set(fields) - {"disabled"}:
        stored = {name: current[name] for name in (*METADATA, *OUR_DEFAULTS) if current.get(name) is not None}
        changes = _check(server, {**stored, **fields}, current)
        _check_owner(fields)
        changes["search_name"] = (changes["client_name"] or current["_id"]).casefold()
        changes |= _obsolete(changes["token_endpoint_auth_method"])
    if "disabled" in fields:
        changes["disabled_at"] = (current.get("disabled_at") or now) if fields["disabled"] else None
    with client_registration.taking_back(server, current, changes):
        document = _replace(current, changes, now)
    server.clients.changed(current["_id"])
    if document.get("disabled_at") is not None:
        revoke_all(client_id=current["_id"])
    return document


def rotate_secret(
    server: AuthorizationServer, current: dict[str, Any], keep_previous_for: timedelta
) -> tuple[str, datetime | None]:
    """A new secret, and until when the previous ones are valid: None if none is. Raises Refusal (409)."""
    method = current.get("token_endpoint_auth_method") or "client_secret_basic"
    if not needs_secret(method):
        raise Refusal(409, f"This client has no secret: its token_endpoint_auth_method is {method}")
    now = server.clock.now()
    until = now + keep_previous_for
    previous = [
        {**old, "expires_at": min(old.get("expires_at") or until, until)}
        for old in client_secret.usable_secrets(server, current, method)
    ]
    previous = [old for old in previous if old["expires_at"] > now][-MAX_PREVIOUS_SECRETS:]
    newest = client_secret.new_secret(server, current["_id"], method, now)
    text, kept = str(newest.text), {old["hash"] for old in previous}
    changes = {
        "secrets": [*previous, *newest.stored["secrets"]],
        "encrypted_secret": client_secret.seal_beside(server, current, method, text, kept),
    }
    _replace(current, changes, now)
    server.clients.changed(current["_id"])
    return text, max((old["expires_at"] for old in previous), default=None)


def delete(server: AuthorizationServer, client_id: str) -> None:
    """Remove a client and all that was given to it; raises NotFound."""
    if not client_registration.remove(server, client_id):
        raise NotFound("client")


def _check(
    server: AuthorizationServer, fields: Mapping[str, Any], current: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """All the values to store, defaults filled in; raises InvalidClientMetadata."""
    ours = {name: fields.get(name, default) for name, default in OUR_DEFAULTS.items()}
    metadata = {name: fields[name] for name in METADATA if name in fields}
    checked = client_registration.check(
        server,
        metadata,
        profile=ours["profile"],
        access_token_format=ours["access_token_format"],
        current=current,
    )
    return {**checked, **ours}


def _obsolete(method: str) -> dict[str, Any]:
    """What of the secrets goes when a client authenticates by this method from now on."""
    if not needs_secret(method):
        return {"secrets": [], "encrypted_secret": None}
    return {} if method == "client_secret_jwt" else {"encrypted_secret": None}


def _check_owner(fields: Mapping[str, Any]) -> None:
    """An owner who is named must be somebody; raises InvalidClientMetadata."""
    if fields.get("owner") is not None and User.objects(id=fields["owner"]).first() is None:
        raise InvalidClientMetadata([("owner", "is not the sub of a user")])


def _replace(current: dict[str, Any], changes: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Write the changes unless somebody else has changed the client meanwhile (409)."""
    written = Client._get_collection().find_one_and_update(
        {"_id": current["_id"], "updated_at": current["updated_at"]},
        {"$set": {**changes, "updated_at": now}},
        return_document=ReturnDocument.AFTER,
    )
    if written is None:
        raise Refusal(409, "The client was changed or deleted meanwhile: read it again")
    return written
