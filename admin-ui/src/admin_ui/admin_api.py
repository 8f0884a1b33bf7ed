"""The admin API with the present person's token: the only data that the pages have."""

from typing import Any

from admin_ui.auth_service_api import Refused, path
from admin_ui.current import admin_ui
from admin_ui.signed_in import Person, current_person, remember

EARLY = 30  # seconds before its expiry at which an access token is renewed


class SignInAgain(Exception):
    """The person's tokens are no longer good, and cannot be renewed."""


def get(*segments: str, **params: Any) -> dict[str, Any]:
    """Read; empty parameters are left out. Raises Refused, AuthServiceDown, SignInAgain, like all here."""
    return _call("GET", segments, params={key: value for key, value in params.items() if value})


def post(*segments: str, **content: Any) -> dict[str, Any]:
    """Create, or do something."""
    return _call("POST", segments, json=content)


def patch(*segments: str, **content: Any) -> dict[str, Any]:
    """Change the given fields."""
    return _call("PATCH", segments, json=content)


def delete(*segments: str, **params: Any) -> dict[str, Any]:
    """Delete one thing, or all that the parameters choose."""
    return _call("DELETE", segments, params=params)


def _call(method: str, segments: tuple[str, ...], **request: Any) -> dict[str, Any]:
    person = current_person()
    if person is None:
        raise SignInAgain
    if person.access_expires_at - admin_ui().clock.now() <= EARLY:
        person = _renew(person)
    try:
        return _send(method, segments, person, request)
    except Refused as error:
        if error.status != 401:
            raise
    try:
        return _send(method, segments, _renew(person), request)  # revoked early, or the clocks differ
    except Refused as error:
        if error.status == 401:
            raise SignInAgain from error
        raise


def _send(method: str, segments: tuple[str, ...], person: Person, request: dict[str, Any]) -> dict[str, Any]:
    bearer = {"Authorization": f"Bearer {person.access_token}"}
    return admin_ui().auth_service.call(method, path(*segments), headers=bearer, **request)


def _renew(person: Person) -> Person:
    """Exchange the refresh token, or take what a sibling request just got for it."""
    if not person.refresh_token:
        raise SignInAgain
    try:
        reply = admin_ui().token_refresh.refresh(person.refresh_token)
    except Refused as error:
        raise SignInAgain from error
    renewed = person.with_tokens(reply)
    remember(renewed)
    return renewed
