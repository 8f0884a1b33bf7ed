"""`/oauth/register`: clients that register themselves (RFC 7591 §3, OIDC Registration §3)."""

import math
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from auth_service.models import Client, InitialAccessToken
from auth_service.models.rate_limit import RateLimit
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol import client_registration, client_secret
from auth_service.protocol.bearer_token import BearerError, read_header
from auth_service.protocol.client_metadata import ClientMetadata, InvalidClientMetadata
from auth_service.protocol.client_metadata_rules import front_channel_redirect_faults
from auth_service.protocol.client_registration import METADATA, is_administrative
from auth_service.protocol.errors import AccessDenied, TryLater, UnapprovedSoftwareStatement
from auth_service.protocol.reply import Reply
from auth_service.protocol.scope import CATALOGUE
from auth_service.protocol.throttle import place_of

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

log = structlog.get_logger("protocol")

PATH = "/oauth/register"
TOKEN_PREFIX = "gra_"

#: How many registrations and changes may come from one address in a time. A program that tests a provider needs
#: dozens; the demo is there for such programs.
PER_ADDRESS, WINDOW = 100, timedelta(hours=1)
IN_THE_DEMO = 20  # times as many

_NO_STORE = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]


def register(
    server: "AuthorizationServer", authorization: str | None, metadata: Mapping[str, Any], address: str
) -> Reply:
    """Register a client (RFC 7591 §3.2.1). `address` is where the request comes from.

    Raises InvalidClientMetadata, BearerError or a ProtocolError. A use of the initial access token is taken only
    once the request is found good.
    """
    initial_access_token = _check_may_register(server, authorization)
    count(server, address)
    values = check(server, metadata)
    now = server.clock.now()
    if initial_access_token is not None and not InitialAccessToken.use(initial_access_token, now):
        raise _refused_token()
    client_id, token = secrets.token_hex(16), generate_secret(TOKEN_PREFIX)
    secret = client_secret.new_secret(server, client_id, values["token_endpoint_auth_method"], now)
    document = client_registration.insert(
        server, client_id, values, secret, registration_access_token=hash_secret(token)
    )
    log.info("client_registered", client_id=client_id)
    return Reply(201, client_information(server, document, token, secret.text), _NO_STORE)


def check(
    server: "AuthorizationServer", metadata: Mapping[str, Any], current: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What is stored of a client that speaks for itself; raises InvalidClientMetadata.

    Only metadata is taken: what is ours, like `resource_server`, is as unknown here as any other field.
    """
    if metadata.get("software_statement") is not None:
        raise UnapprovedSoftwareStatement(
            "This server approves of no software_statement: register without it"
        )
    given = {name: metadata[name] for name in METADATA if metadata.get(name) is not None}
    ours = current or {}
    values = client_registration.check(
        server,
        given,
        profile=ours.get("profile"),
        access_token_format=ours.get("access_token_format") or "opaque",
        current=current,
    )
    allowed = allowed_scope(server, current)
    if "scope" not in given:
        values["scope"] = " ".join(allowed) if values["scope"] else ""
    faults = list(_faults(ClientMetadata.model_construct(**values), allowed))
    if faults:
        raise InvalidClientMetadata(faults)
    return values


def allowed_scope(server: "AuthorizationServer", current: Mapping[str, Any] | None) -> list[str]:
    """What clients may give themselves: the setting's, what they have already, nothing that administers."""
    own = ((current or {}).get("scope") or "").split()
    names = dict.fromkeys([*server.settings.registration_scope.split(), *own])
    return [name for name in names if name in CATALOGUE and not is_administrative(name)]


def client_information(
    server: "AuthorizationServer", document: Mapping[str, Any], token: str, secret: str | None
) -> dict[str, Any]:
    """RFC 7591 §3.2.1, RFC 7592 §3: the registration as it holds. A secret is told when it is known: made or sent."""
    client_id = document["_id"]
    registered = {name: document.get(name) for name in METADATA}
    information: dict[str, Any] = {
        "client_id": client_id,
        "client_id_issued_at": int(document["created_at"].timestamp()),
        "registration_client_uri": f"{server.settings.issuer}{PATH}/{client_id}",
        "registration_access_token": token,
    }
    if secret is not None:
        information |= {"client_secret": secret, "client_secret_expires_at": 0}
    return information | {name: value for name, value in registered.items() if value not in (None, [])}


def _check_may_register(server: "AuthorizationServer", authorization: str | None) -> str | None:
    """The initial access token where one is needed; raises AccessDenied or BearerError."""
    mode = server.settings.registration
    if mode == "closed":
        raise AccessDenied("Clients cannot register themselves at this server", status_code=403)
    if mode == "open":
        return None
    token = read_header(authorization)
    if not InitialAccessToken.is_usable(token, server.clock.now()):
        raise _refused_token()
    return token


def _refused_token() -> BearerError:
    return BearerError(401, "invalid_token", "The initial access token is unknown, expired or used up")


def count(server: "AuthorizationServer", address: str) -> None:
    """Count a registration or a change, good or bad: this server may fetch a document for it. Raises TryLater."""
    now = server.clock.now()
    so_many, closes = RateLimit.count_one(f"registration:{hash_secret(place_of(address))}", WINDOW, now)
    if so_many > PER_ADDRESS * (IN_THE_DEMO if server.settings.demo else 1):
        wait = math.ceil((closes - now).total_seconds())
        raise TryLater("Too many registrations came from this address", 429, wait)


def _faults(client: ClientMetadata, allowed: list[str]) -> Iterator[tuple[str, str]]:
    """What an operator may register, and a client itself may not."""
    if set((client.scope or "").split()) - set(allowed):
        yield "scope", f"has more than clients may give themselves, which is: {' '.join(allowed)}"
    if "password" in client.grant_types:
        yield (
            f"grant_types[{client.grant_types.index('password')}]",
            "password can only be given by an operator",
        )
    yield from front_channel_redirect_faults(client)


def find_registered(client_id: str) -> dict[str, Any] | None:
    """The stored client if it registered itself and is not disabled, else None."""
    return Client._get_collection().find_one(
        {"_id": client_id, "registration_access_token": {"$type": "string"}, "disabled_at": None}
    )
