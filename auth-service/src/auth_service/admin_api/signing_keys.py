"""`/signing-keys`: the keys that sign tokens, and their rotation. Private parts never leave the database."""

from datetime import datetime
from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel

from auth_service.admin_api.authorization import READ, WRITE, needs, server
from auth_service.models import SigningKey

blueprint = APIBlueprint("admin_api_signing_keys", __name__, tag="signing keys")


class SigningKeyOut(BaseModel):
    """A key: it signs from `activates_at` to `retires_at` and is published until `expires_at`."""

    kid: str
    alg: str
    state: Literal["next", "current", "retired"]
    created_at: datetime
    activates_at: datetime
    retires_at: datetime | None
    expires_at: datetime | None


class SigningKeyList(BaseModel):
    """All keys, the newest first. They are few, so that `next` is always null."""

    items: list[SigningKeyOut]
    next: None = None


@blueprint.get("/signing-keys")
@needs(READ)
@blueprint.output(SigningKeyList)
def list_signing_keys() -> dict[str, Any]:
    """List the signing keys."""
    return show_all()


@blueprint.post("/signing-keys/rotate")
@needs(WRITE)
@blueprint.output(SigningKeyList)
def rotate_signing_keys() -> dict[str, Any]:
    """Publish a successor of each current key, which takes over when every client can know it."""
    server().keys.rotate()
    return show_all()


def show_all() -> dict[str, Any]:
    """The JSON of the keys as they are now."""
    server().keys.reload()
    now = server().clock.now()
    alive = [key for key in server().keys.documents() if key.expires_at is None or key.expires_at > now]
    return {"items": [show(key, key.state_at(now)) for key in alive]}


def show(key: SigningKey, state: str) -> dict[str, Any]:
    """The JSON of one key."""
    names = ("kid", "alg", "created_at", "activates_at", "retires_at", "expires_at")
    return {"state": state, **{name: getattr(key, name) for name in names}}
