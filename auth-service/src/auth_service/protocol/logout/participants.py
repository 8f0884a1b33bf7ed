"""Who took part in a session: the clients that are told when it ends (OIDC Back-Channel Logout §2.5)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from auth_service.models import Session
from auth_service.models.revocation import revoke_session
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.scope import OPENID

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer


def note_participant(session_id: str | None, client_id: str, scope: Iterable[str]) -> bool:
    """Note that the client was given something of this scope in this session; to be called after it was made.

    Only relying parties are told of the end: others know nothing of sessions. False if the session has ended
    meanwhile: what was given in it is revoked then.
    """
    if session_id is None:
        return True
    stands = Session.note_client(session_id, client_id) if OPENID in scope else Session.stands(session_id)
    if not stands:
        revoke_session(session_id)
    return stands


def participants(server: "AuthorizationServer", client_ids: Iterable[str]) -> list[RegisteredClient]:
    """Those of the clients that are still registered and not disabled."""
    return [client for client_id in client_ids if (client := server.clients.find(client_id)) is not None]
