"""What all registrations have in common, whoever makes them: the server's own rules, the storing, the removal.

`client_metadata` says what a registration is; `registration` and `client_configuration` let clients do it
themselves; the admin API and the command line do it for administrators.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from auth_service.models import AuthorizationRequest, Client, Grant
from auth_service.models.revocation import revoke_all
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.client_metadata import ClientMetadata, InvalidClientMetadata, validate
from auth_service.protocol.client_secret import Secret
from auth_service.protocol.client_uri import is_loopback_http, shown_host
from auth_service.protocol.profile import effective_profile
from auth_service.protocol.scope import CATALOGUE
from auth_service.protocol.sector_identifier import sector_faults
from auth_service.protocol.subject import PAIRWISE, sector_of

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

METADATA = tuple(ClientMetadata.model_fields)

#: What this server calls or relies on, so that plain http is for the demo alone.
_CALLED = ("jwks_uri", "sector_identifier_uri", "backchannel_logout_uri")
_ADMINISTRATION = CATALOGUE["admin:read"].resource


def check(
    server: "AuthorizationServer",
    metadata: Mapping[str, Any],
    *,
    profile: str | None = None,
    access_token_format: str = "opaque",
    current: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """All metadata to store, defaults filled in; raises InvalidClientMetadata.

    `profile` and `access_token_format` are the client's own; `current` is the registration that is changed.
    """
    settings = server.settings
    values = validate(
        metadata, effective_profile(settings.profile, profile, settings.id_token_in_front_channel)
    )
    faults = list(_server_faults(server, values))
    if values["subject_type"] == "pairwise" and access_token_format == "jwt":
        faults.append(
            ("subject_type", "pairwise subjects need access_token_format opaque: a JWT tells the other")
        )
    faults = faults or sector_faults(server, values, current)
    if faults:
        raise InvalidClientMetadata(faults)
    return values


def _server_faults(server: "AuthorizationServer", values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What this server's settings refuse."""
    for name in ("id_token_signed_response_alg", "userinfo_signed_response_alg"):
        if values[name] is not None and values[name] not in server.settings.signing_algorithms:
            yield name, f"{values[name]} is not switched on here"
    if server.settings.demo:
        return
    called = [(name, values[name]) for name in _CALLED]
    called += [(f"request_uris[{index}]", uri) for index, uri in enumerate(values["request_uris"])]
    for name, uri in called:
        if uri is not None and is_loopback_http(uri):
            yield name, "must be an https URL"


def insert(
    server: "AuthorizationServer", client_id: str, values: Mapping[str, Any], secret: Secret, **ours: Any
) -> dict[str, Any]:
    """Store a new client; returns its document."""
    now = server.clock.now()
    client = Client(client_id=client_id, **values, **secret.stored, **ours, created_at=now, updated_at=now)
    client.save(force_insert=True)
    return cast(dict[str, Any], Client._get_collection().find_one({"_id": client_id}))


@contextmanager
def taking_back(
    server: "AuthorizationServer", before: Mapping[str, Any], changes: Mapping[str, Any]
) -> Iterator[None]:
    """Around the write of changes: takes back what the client has, and what people allowed it, as what it was."""
    with leaving_its_sector(server, before, changes), moving_to_new_hosts(before, changes):
        yield


@contextmanager
def leaving_its_sector(
    server: "AuthorizationServer", before: Mapping[str, Any], changes: Mapping[str, Any]
) -> Iterator[None]:
    """Around the write of changes: revokes all that a client has that moves to another sector (OIDC Core §8.1).

    By what it was given before it would learn by what subject the apps of that sector know a person. So it is revoked
    first, that nothing is used in the moment of the write; and again, for what was given between the two.
    """
    was, now = (RegisteredClient(before["_id"], {**before, **more}, server.profile) for more in ({}, changes))
    moves = now.subject_type == PAIRWISE and (
        was.subject_type != PAIRWISE or sector_of(was) != sector_of(now)
    )
    if moves:
        revoke_all(client_id=now.client_id)
    yield
    if moves:
        revoke_all(client_id=now.client_id)


@contextmanager
def moving_to_new_hosts(before: Mapping[str, Any], changes: Mapping[str, Any]) -> Iterator[None]:
    """Around the write of changes: forgets what people allowed a client that is to be answered at another host.

    They allowed it by the host that the consent page showed. Tokens that it has stay: they went to where people
    knew. Forgotten before and after, that no consent between the two counts at the new host.
    """
    was, now = ({shown_host(uri) for uri in each.get("redirect_uris") or ()} for each in (before, changes))
    moves = not now <= was
    if moves:
        forget_consents(before["_id"])
    yield
    if moves:
        forget_consents(before["_id"])


def forget_consents(client_id: str) -> None:
    """Have everybody asked again what they allow this client."""
    Grant._get_collection().delete_many({"client_id": client_id})


def remove(server: "AuthorizationServer", client_id: str) -> bool:
    """Remove a client and all that was given to it; False if there is none. Cut off, it can be done again."""
    revoke_all(client_id=client_id)
    if Client._get_collection().delete_one({"_id": client_id}).deleted_count == 0:
        return False
    server.clients.changed(client_id)
    AuthorizationRequest._get_collection().delete_many({"client_id": client_id})
    forget_consents(client_id)
    revoke_all(client_id=client_id)  # what was given in between
    return True


def is_administrative(scope: str) -> bool:
    """Whether the scope reaches the admin API: an app that has it acts on other apps."""
    return any(CATALOGUE[name].resource == _ADMINISTRATION for name in scope.split() if name in CATALOGUE)


def is_raised(document: Mapping[str, Any]) -> bool:
    """Whether an administrator gave it rights, or took some, that nobody else can decide about.

    Who manages such a client may not send its answers elsewhere, or take its secret.
    """
    return bool(
        is_administrative(document.get("scope") or "")
        or document.get("resource_server")
        or document.get("audience")
        or document.get("consent_required") is False
        or document.get("disabled_at")
    )
