"""What a person does for a device (RFC 8628 §3.3): types its code, sees who asks for what, decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auth_service.models import DeviceCode, Grant, User
from auth_service.protocol.access_token import new_family
from auth_service.protocol.acr import acr_of
from auth_service.protocol.scope import permitted_to
from auth_service.protocol.throttle import Attempt, Limit, place_of
from auth_service.protocol.user_code import hash_user_code, normalise

if TYPE_CHECKING:
    from auth_service.protocol.client import RegisteredClient
    from auth_service.protocol.server import AuthorizationServer

#: RFC 8628 §5.1: with so few tries nobody comes upon a code that a device shows.
PERSON = Limit("person", 10, timedelta(minutes=10))
#: An office shares an address, hence not fewer.
ADDRESS = Limit("address", 50, timedelta(minutes=10))


class UnknownUserCode(Exception):
    """No device shows this code, or not any more."""


@dataclass(frozen=True)
class DeviceRequest:
    """A device that waits for the decision of this person."""

    document: DeviceCode
    client: "RegisteredClient"
    user: User

    @property
    def scope(self) -> list[str]:
        """What this person can give of what it asks for."""
        return permitted_to(self.user, self.document.scope.split())

    @property
    def can_be_allowed(self) -> bool:
        """Whether anything is left to give, where anything is asked for."""
        return bool(self.scope) or not self.document.scope


def find(server: "AuthorizationServer", typed: str, user: User, address: str) -> DeviceRequest:
    """The device that shows this code; raises UnknownUserCode, or TooManyFailures when guessing has to stop."""
    now = server.clock.now()
    user_code = normalise(typed)
    if user_code is None:  # a slip, and no guess: no device shows such a code
        raise UnknownUserCode
    attempt = Attempt("user-code", ((PERSON, user.id), (ADDRESS, place_of(address))), now)
    document = DeviceCode.objects(user_code=hash_user_code(server, user_code), expires_at__gt=now).first()
    client = server.clients.read(document.client_id) if document else None
    if client is None:
        raise UnknownUserCode
    attempt.take_back()
    return DeviceRequest(document, client, user)


def allow(
    server: "AuthorizationServer", asked: DeviceRequest, auth_time: datetime | None, amr: tuple[str, ...]
) -> bool:
    """Let the device have its tokens; False if it was decided before, or too late.

    They belong to no browser session: signing out here does not sign the television out.
    """
    now, settings = server.clock.now(), server.settings
    lives = max(settings.refresh_token_lifetime, settings.access_token_lifetime)
    decided = DeviceCode.decide(
        asked.document.id,
        now,
        sub=asked.user.id,
        scope=" ".join(asked.scope),
        family=new_family(),
        auth_time=auth_time,
        amr=list(amr),
        acr=acr_of(amr),
        purge_at=asked.document.expires_at + lives,
    )
    if decided:
        Grant.allow(asked.user.id, asked.client.client_id, asked.scope, now)
    return decided


def deny(server: "AuthorizationServer", asked: DeviceRequest) -> bool:
    """Let the device be told no; False if it was decided before, or too late."""
    return DeviceCode.decide(asked.document.id, server.clock.now())
