"""`/signing-keys`: the keys that sign tokens, how they rotate and end. Private parts never leave the database."""

from datetime import datetime
from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel

from auth_service.admin_api.authorization import READ, WRITE, needs, server
from auth_service.admin_api.errors import NotFound
from auth_service.models import SigningKey
from auth_service.protocol.signing_keys import SigningKeys

blueprint = APIBlueprint("admin_api_signing_keys", __name__, tag="signing keys")


class SigningKeyOut(BaseModel):
    """A key: it signs from `activates_at` to `retires_at` and is published until `expires_at`.

    A revoked key is listed for a while after that. `successor_due_at` is when a key takes over from a current one
    that is not published yet.
    """

    kid: str
    alg: str
    state: Literal["next", "current", "retired", "revoked"]
    created_at: datetime
    activates_at: datetime
    retires_at: datetime | None
    successor_due_at: datetime | None
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


@blueprint.post("/signing-keys/<kid>/revoke")
@needs(WRITE)
@blueprint.output(SigningKeyList)
def revoke_signing_key(kid: str) -> dict[str, Any]:
    """End a key that others may have: unpublished at once, and the JWT access tokens that it signed are revoked.

    Its successor signs from this moment on. Clients that keep the JWK set trust the old key, and do not know the
    new one, for five minutes at most.
    """
    if server().keys.revoke(kid) is None:
        raise NotFound("signing key")
    return show_all()


def show_all() -> dict[str, Any]:
    """The JSON of the published keys as they are now, and of those revoked lately."""
    now, keys = server().clock.now(), server().keys
    shown = [key for key in keys.documents() if key.is_published_at(now) or key.revoked_at]
    return {"items": [show(keys, key, now) for key in shown]}


def show(keys: SigningKeys, key: SigningKey, now: datetime) -> dict[str, Any]:
    """The JSON of one key."""
    names = ("kid", "alg", "created_at", "activates_at", "retires_at")
    return {
        "state": key.state_at(now),
        "successor_due_at": keys.successor_due_at(key),
        "expires_at": key.published_until,
        **{name: getattr(key, name) for name in names},
    }
