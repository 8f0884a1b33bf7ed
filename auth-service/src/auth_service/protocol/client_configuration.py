"""`/oauth/register/<client_id>`: a client reads, changes or deletes its own registration (RFC 7592).

The registration access token changes with every change of the registration, never when it is only read. The
secret stays when the client sends it along, as RFC 7592 §2.2 lets it, and is replaced when it does not: a client
that wants a new one leaves it out. What was replaced stops working at once.
"""

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog
from pymongo import ReturnDocument

from auth_service.models import Client
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol import client_registration, client_secret, registration
from auth_service.protocol.bearer_token import BearerError, read_header
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.client_metadata import InvalidClientMetadata
from auth_service.protocol.client_metadata_rules import needs_secret
from auth_service.protocol.client_secret import Secret
from auth_service.protocol.errors import AccessDenied, InvalidRequest
from auth_service.protocol.registration import TOKEN_PREFIX, client_information
from auth_service.protocol.reply import Reply

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

log = structlog.get_logger("protocol")

_NO_STORE = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
#: Compared with when there is no such client, so that the answer takes as long.
_NOBODY = hash_secret("")


def read(server: "AuthorizationServer", client_id: str, authorization: str | None) -> Reply:
    """RFC 7592 §2.1. The secret is not told again: only its hash is known."""
    document, token = authenticate(client_id, authorization)
    return Reply(200, client_information(server, document, token, None), _NO_STORE)


def replace(
    server: "AuthorizationServer",
    client_id: str,
    authorization: str | None,
    metadata: Mapping[str, Any],
    address: str,
) -> Reply:
    """RFC 7592 §2.2: the metadata takes the place of what was registered; what is left out is as by default.

    Raises BearerError, InvalidClientMetadata or a ProtocolError.
    """
    document, token = authenticate(client_id, authorization)
    registration.count(server, address)
    if client_registration.is_raised(document):
        raise AccessDenied("Only an administrator can change this client", status_code=403)
    if metadata.get("client_id") != client_id:
        raise InvalidClientMetadata([("client_id", "must be the one of this registration")])
    presented = _check_secret(server, document, metadata.get("client_secret"))
    values = registration.check(server, metadata, document)
    secret = _next_secret(server, document, values["token_endpoint_auth_method"], presented)
    successor = generate_secret(TOKEN_PREFIX)
    changes = {
        **values,
        **secret.stored,
        "registration_access_token": hash_secret(successor),
        "search_name": (values["client_name"] or client_id).casefold(),
        "updated_at": server.clock.now(),
    }
    condition = {
        "_id": client_id,
        "registration_access_token": hash_secret(token),
        "updated_at": document["updated_at"],
    }
    with client_registration.taking_back(server, document, changes):
        written = Client._get_collection().find_one_and_update(
            condition, {"$set": changes}, return_document=ReturnDocument.AFTER
        )
    if written is None:
        raise InvalidRequest("The registration was changed meanwhile: read it again", status_code=409)
    server.clients.changed(client_id)
    log.info("client_changed_itself", client_id=client_id)
    return Reply(200, client_information(server, written, successor, secret.text), _NO_STORE)


def delete(server: "AuthorizationServer", client_id: str, authorization: str | None) -> Reply:
    """RFC 7592 §2.3: the client goes, with its tokens, its codes and what people allowed it."""
    authenticate(client_id, authorization)
    client_registration.remove(server, client_id)
    log.info("client_deleted_itself", client_id=client_id)
    return Reply(204, "", _NO_STORE)


def authenticate(client_id: str, authorization: str | None) -> tuple[dict[str, Any], str]:
    """The stored client and its token; raises BearerError, the same for no such client and another's token."""
    token = read_header(authorization)
    document = registration.find_registered(client_id)
    expected = document["registration_access_token"] if document else _NOBODY
    if not hmac.compare_digest(expected, hash_secret(token)) or document is None:
        raise BearerError(401, "invalid_token", "The registration access token is not the one of this client")
    return document, token


def _check_secret(server: "AuthorizationServer", document: dict[str, Any], sent: Any) -> str | None:
    """The secret that was sent, None if none was; raises InvalidClientMetadata for any but the current one."""
    if sent is None:
        return None
    client = RegisteredClient(document["_id"], document, server.profile)
    if not isinstance(sent, str) or client.matching_secret(sent, server.clock.now()) is None:
        raise InvalidClientMetadata([("client_secret", "is not the current one; it cannot be chosen")])
    return sent


def _next_secret(
    server: "AuthorizationServer", document: dict[str, Any], method: str, presented: str | None
) -> Secret:
    """The secret from now on."""
    if presented is None or not needs_secret(method):
        return client_secret.new_secret(server, document["_id"], method, server.clock.now())
    kept = {secret["hash"] for secret in document["secrets"]}
    sealed = client_secret.seal_beside(server, document, method, presented, kept)
    return Secret(presented, {"secrets": document["secrets"], "encrypted_secret": sealed})
