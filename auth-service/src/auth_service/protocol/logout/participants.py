"""Who took part in a session: the clients that are told when it ends (OIDC Back-Channel Logout §2.5)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from auth_service.models import Session
from auth_service.models.revocation import revoke_session
from auth_service.protocol.client import RegisteredClient

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer


def note_participant(server: "AuthorizationServer", session_id: str | None, client_id: str) -> bool:
    """Note that the client was given something in this session; to be called after it was made.

    False if the session has ended meanwhile: what was given in it is revoked then.
    """
    if session_id is None:
        return True
    if Session.note_client(session_id, client_id):
        return True
    revoke_session(session_id)
    return False


def participants(server: "AuthorizationServer", client_ids: Iterable[str]) -> list[RegisteredClient]:
    """Those of the clients that are still registered and not disabled."""
    return [client for client_id in client_ids if (client := server.clients.find(client_id)) is not None]
