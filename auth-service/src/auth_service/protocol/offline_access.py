"""Offline access (OIDC Core §11): refresh tokens that outlive the session in which they were given."""

from datetime import datetime

from auth_service.models import Session
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.scope import OFFLINE_ACCESS


def honoured(scope: list[str], client: RegisteredClient, *, is_asked: bool) -> list[str]:
    """The scope without `offline_access`, unless the person is asked for it, here and now (OIDC Core §11).

    Without it also for a client that could not use what it asks for, so that nobody is asked in vain.
    """
    return scope if is_asked and client.check_grant_type("refresh_token") else without(scope)


def without(scope: list[str]) -> list[str]:
    """The scope for a grant at which nobody is asked."""
    return [name for name in scope if name != OFFLINE_ACCESS]


def outlives_session(offline: bool, session_id: str | None, now: datetime) -> bool:
    """Whether a refresh token is still good as far as sessions go: its own stands, it has none, or needs none."""
    if offline or session_id is None:
        return True
    return Session.objects(public_id=session_id, ended_at=None, expires_at__gt=now).first() is not None
