"""Making, changing and ending accounts: the work behind the API and the command line."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mongoengine import NotUniqueError
from pymongo import ReturnDocument

from auth_service.admin_api.errors import InvalidField, NotFound
from auth_service.models import Client, Grant, User
from auth_service.models.revocation import revoke_all
from auth_service.protocol.logout.single_sign_out import end_sessions_of
from auth_service.protocol.server import AuthorizationServer

#: Random bytes of a generated password.
PASSWORD_BYTES = 15


@dataclass(frozen=True)
class Created:
    """A user's document, and the password if it was generated, else None."""

    document: dict[str, Any]
    generated_password: str | None


def find(sub: str) -> dict[str, Any]:
    """The stored user, disabled or not; raises NotFound."""
    document = User._get_collection().find_one({"_id": sub}, {"password_hash": 0})
    if document is None:
        raise NotFound("user")
    return document


def create(server: AuthorizationServer, fields: Mapping[str, Any]) -> Created:
    """Make an account; a taken name raises InvalidField. May raise TooManySignIns."""
    now = server.clock.now()
    generated = None if fields.get("password") else generate_password()
    user = User(
        **{name: value for name, value in fields.items() if name not in ("password", "disabled")},
        password_hash=server.passwords.hash(fields.get("password") or generated or ""),
        disabled_at=now if fields.get("disabled") else None,
        created_at=now,
        updated_at=now,
    )
    try:
        user.save(force_insert=True)
    except NotUniqueError:
        raise InvalidField("username", "is taken") from None
    return Created(find(user.id), generated)


def change(server: AuthorizationServer, sub: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change the given fields. A changed email address or phone number is unverified unless said otherwise;
    disabling ends all.
    """
    now = server.clock.now()
    current = find(sub)
    changes = {name: value for name, value in fields.items() if name != "disabled"}
    for name in ("email", "phone_number"):
        if name in changes and changes[name] != current.get(name):
            changes.setdefault(f"{name}_verified", False)
    if "disabled" in fields:
        changes["disabled_at"] = (current.get("disabled_at") or now) if fields["disabled"] else None
    document = User._get_collection().find_one_and_update(
        {"_id": sub},
        {"$set": {**changes, "updated_at": now}},
        {"password_hash": 0},
        return_document=ReturnDocument.AFTER,
    )
    if document is None:
        raise NotFound("user")
    if document.get("disabled_at") is not None:
        end_everything(server, sub)
    return document


def set_password(server: AuthorizationServer, sub: str, password: str | None) -> str | None:
    """Set a password, or a generated one, which is returned. Ends sessions and tokens; grants stay."""
    find(sub)  # before a hash is paid for
    generated = None if password else generate_password()
    password_hash = server.passwords.hash(password or generated or "")
    changes = {"password_hash": password_hash, "updated_at": server.clock.now()}
    if User._get_collection().update_one({"_id": sub}, {"$set": changes}).matched_count == 0:
        raise NotFound("user")
    end_sessions(server, sub)
    return generated


def delete(server: AuthorizationServer, sub: str) -> None:
    """Remove an account and all that it had; its clients stay, without an owner. Cut off, it can be done again."""
    find(sub)
    end_everything(server, sub)
    Client._get_collection().update_many({"owner": sub}, {"$set": {"owner": None}})
    if User._get_collection().delete_one({"_id": sub}).deleted_count == 0:
        raise NotFound("user")
    end_everything(server, sub)  # what began in between


def end_everything(server: AuthorizationServer, sub: str) -> None:
    """Take back what the person allowed, and sign them out everywhere."""
    Grant._get_collection().delete_many({"sub": sub})
    end_sessions(server, sub)


def end_sessions(server: AuthorizationServer, sub: str) -> None:
    """Sign the person out everywhere, of the apps too; all their tokens and codes go, offline ones included."""
    end_sessions_of(server, sub)
    revoke_all(sub=sub)


def generate_password() -> str:
    """A password of 20 characters and 120 random bits."""
    return secrets.token_urlsafe(PASSWORD_BYTES)
