"""Everything in the database that is sealed: whether it opens, and sealing it again under the newest key."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from auth_service.models import Client, ServerSecret, SigningKey
from auth_service.protocol.sealed import (
    Sealer,
    Unsealable,
    client_secret_context,
    server_secret_context,
    signing_key_context,
)

#: What it is, where it is stored, in which field, and its context by the document's id.
SEALED: tuple[tuple[str, Any, str, Callable[[str], str]], ...] = (
    ("signing keys", SigningKey, "encrypted_private_key", signing_key_context),
    ("client secrets", Client, "encrypted_secret", client_secret_context),
    ("server secrets", ServerSecret, "sealed", server_secret_context),
)


@dataclass
class Outcome:
    """What became of one sort of sealed things."""

    what: str
    resealed: int = 0
    unchanged: int = 0
    #: The ids of those that no configured key opens.
    unreadable: list[str] = field(default_factory=list)


def rekey(sealer: Sealer) -> list[Outcome]:
    """Seal everything under the newest key. Repeatable, and done while services run: they open both."""
    return [_reseal(sealer, *sort) for sort in SEALED]


def unreadable(sealer: Sealer) -> Iterator[str]:
    """What opens with none of the configured keys, in words."""
    for what, document, name, context in SEALED:
        for found_id, sealed in _stored(document, name):
            try:
                sealer.open(sealed, context(found_id))
            except Unsealable:
                yield f"{found_id} ({what})"


def _reseal(sealer: Sealer, what: str, document: Any, name: str, context: Callable[[str], str]) -> Outcome:
    outcome = Outcome(what)
    for found_id, sealed in _stored(document, name):
        try:
            resealed = sealer.reseal(sealed, context(found_id))
        except Unsealable:
            outcome.unreadable.append(found_id)
            continue
        if resealed is None:
            outcome.unchanged += 1
            continue
        # Only if nobody has replaced it meanwhile: a secret that was just changed must not come back.
        document._get_collection().update_one({"_id": found_id, name: sealed}, {"$set": {name: resealed}})
        outcome.resealed += 1
    return outcome


def _stored(document: Any, name: str) -> Iterator[tuple[str, bytes]]:
    for found in document._get_collection().find({name: {"$type": "binData"}}, {name: 1}):
        yield str(found["_id"]), bytes(found[name])
