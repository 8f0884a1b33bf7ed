"""What the fields of a registration must be to each other (RFC 7591 §2.1, OIDC Registration §2, OIDC Core §8.1)."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auth_service.protocol.client_jwks import SIGNATURE_KEYS, fits_encryption, fits_signature
from auth_service.protocol.client_uri import origin
from auth_service.protocol.profile import DEVICE_CODE, Profile
from auth_service.protocol.response_type import GRANT_TYPES_OF
from auth_service.protocol.subject import web_host

if TYPE_CHECKING:
    from auth_service.protocol.client_metadata import ClientMetadata

Fault = tuple[str, str]

#: What a grant type at the authorization endpoint answers with where nothing else is said.
USUAL_RESPONSE = {"authorization_code": "code", "implicit": "token"}

#: The grants that give refresh tokens.
REFRESHED = ("authorization_code", "password", DEVICE_CODE)

#: The grants that give a person's tokens without sending anything to a redirect URI.
WITHOUT_REDIRECT = ("password", DEVICE_CODE)

_SECRET_METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt")


def grants_for(response_types: Iterable[str], profile: Profile) -> list[str]:
    """The grant types that these response types need under the profile (OIDC Registration §2)."""
    needed = {grant for each in response_types for grant in profile.grant_types_for(each)}
    return [grant for grant in USUAL_RESPONSE if grant in needed]


def needs_secret(method: str) -> bool:
    """Whether a client that authenticates by this method has a secret."""
    return method in _SECRET_METHODS


def contradictions(client: "ClientMetadata", profile: Profile) -> Iterator[Fault]:
    """What each field alone cannot tell."""
    yield from _grant_faults(client, profile)
    yield from _response_faults(client, profile)
    yield from _redirect_faults(client)
    if not client.response_types or set(client.response_types) - {"code", "token"}:
        yield from front_channel_redirect_faults(client)
    yield from _key_faults(client)
    yield from _response_protection_faults(client)
    yield from _subject_faults(client)
    if client.request_object_signing_alg == "none" and not profile.unsigned_request_objects:
        yield "request_object_signing_alg", f"none is refused by the security profile {profile.name}"
    if client.frontchannel_logout_uri is not None and origin(client.frontchannel_logout_uri) not in {
        origin(uri) for uri in client.redirect_uris
    }:
        yield "frontchannel_logout_uri", "must have the scheme, host and port of one of the redirect_uris"


def _grant_faults(client: "ClientMetadata", profile: Profile) -> Iterator[Fault]:
    """RFC 6749 §4.2, §4.4, §6, and what the security profile refuses."""
    public = client.token_endpoint_auth_method == "none"
    for index, grant in enumerate(client.grant_types):
        field = f"grant_types[{index}]"
        if grant not in profile.grant_types:
            yield field, f"{grant} is refused by the security profile {profile.name}"
        elif grant == "client_credentials" and public:
            yield (
                field,
                "client_credentials needs a client that authenticates, not token_endpoint_auth_method none",
            )
        elif grant == "implicit" and "token" in client.response_types and not public:
            yield (
                field,
                "implicit with response type token is for public clients only: it needs "
                "token_endpoint_auth_method none, or response types with id_token",
            )
        elif grant == "refresh_token" and not set(REFRESHED) & set(client.grant_types):
            yield field, f"refresh_token needs one of {', '.join(REFRESHED)} beside it"


def _response_faults(client: "ClientMetadata", profile: Profile) -> Iterator[Fault]:
    """OIDC Registration §2: the grant types that each response type needs, and a response type for each grant."""
    for index, response in enumerate(client.response_types):
        if response not in profile.response_types:
            if "implicit" in profile.grant_types or "implicit" not in client.grant_types:  # else told there
                yield f"response_types[{index}]", f"is refused by the security profile {profile.name}"
            continue
        for grant in grants_for([response], profile):
            if grant not in client.grant_types:
                yield "response_types", f"has {response}, which needs {grant} in grant_types"
    for grant, usual in USUAL_RESPONSE.items():
        if grant in client.grant_types and not any(grant in GRANT_TYPES_OF[r] for r in client.response_types):
            yield "response_types", f"must have {usual}, or another that fits, since grant_types has {grant}"


def _redirect_faults(client: "ClientMetadata") -> Iterator[Fault]:
    """RFC 6749 §3.1.2.2, RFC 8252 §7.1."""
    if set(USUAL_RESPONSE) & set(client.grant_types) and not client.redirect_uris:
        yield "redirect_uris", "is required for authorization_code and implicit"
    for field in ("redirect_uris", "post_logout_redirect_uris"):
        for index, uri in enumerate(getattr(client, field)):
            if client.application_type == "web" and urlsplit(uri).scheme not in ("http", "https"):
                yield f"{field}[{index}]", "has a custom scheme, which needs application_type native"


def front_channel_redirect_faults(client: "ClientMetadata") -> Iterator[Fault]:
    """OIDC Registration §2: what a browser hands to a web application goes over https, and not to localhost.

    Pure OAuth clients (`code`, `token`) that operators register are let off for loopback addresses: old ones
    are developed there. Those that register themselves are not (`registration`).
    """
    if client.application_type != "web" or "implicit" not in client.grant_types:
        return
    for index, uri in enumerate(client.redirect_uris):
        parts = urlsplit(uri)
        if parts.scheme == "http" or parts.hostname == "localhost":
            yield (
                f"redirect_uris[{index}]",
                "must be https and not localhost for the implicit grant; loopback needs application_type native",
            )


def _key_faults(client: "ClientMetadata") -> Iterator[Fault]:
    """OIDC Core §9, RFC 7591 §2: keys by value or by reference, and for those who sign with them."""
    method, algorithm = client.token_endpoint_auth_method, client.token_endpoint_auth_signing_alg
    if client.jwks is not None and client.jwks_uri is not None:
        yield "jwks", "cannot be given together with jwks_uri"
    if method == "private_key_jwt" and client.jwks is None and client.jwks_uri is None:
        yield "token_endpoint_auth_method", "private_key_jwt needs jwks or jwks_uri"
    if algorithm is not None and (
        (method == "client_secret_jwt" and algorithm != "HS256")
        or (method == "private_key_jwt" and algorithm == "HS256")
    ):
        yield "token_endpoint_auth_signing_alg", f"{algorithm} does not fit {method}"
    elif method == "private_key_jwt" and client.jwks is not None:
        usable = SIGNATURE_KEYS if algorithm is None else (algorithm,)
        if not any(fits_signature(key, alg) for key in client.jwks["keys"] for alg in usable):
            yield (
                "jwks",
                f"needs for private_key_jwt a key that fits {' or '.join(usable)} and is not for encryption",
            )


def _response_protection_faults(client: "ClientMetadata") -> Iterator[Fault]:
    """OIDC Registration §2: encryption needs its algorithm, and a key of the client's that fits."""
    for kind in ("id_token", "userinfo"):
        field = f"{kind}_encrypted_response_alg"
        algorithm = getattr(client, field)
        if algorithm is None:
            if getattr(client, f"{kind}_encrypted_response_enc") is not None:
                yield f"{kind}_encrypted_response_enc", f"needs {field} beside it"
        elif client.jwks is None and client.jwks_uri is None:
            yield field, f"{algorithm} needs jwks or jwks_uri"
        elif client.jwks is not None and not any(
            fits_encryption(key, algorithm) for key in client.jwks["keys"]
        ):
            yield field, f"{algorithm} needs a key in jwks that fits it and is not for signatures"


def _subject_faults(client: "ClientMetadata") -> Iterator[Fault]:
    """OIDC Core §8.1: whose clients share pairwise subjects must be plain.

    It is by its redirect URIs that a client belongs to a sector: one without could pretend to any. So could one
    that is answered elsewhere, by naming those of another.
    """
    if client.subject_type != "pairwise":
        return
    if unproven := [grant for grant in WITHOUT_REDIRECT if grant in client.grant_types]:
        yield "subject_type", f"pairwise cannot be had with {' and '.join(unproven)}, which prove no sector"
        return
    if not client.redirect_uris:
        yield "subject_type", "pairwise needs redirect_uris, by which a client belongs to its sector"
        return
    hosts = {web_host(uri) for uri in client.redirect_uris}
    if client.backchannel_logout_uri and web_host(client.backchannel_logout_uri) not in hosts:
        yield (
            "backchannel_logout_uri",
            "must be at a host of the redirect_uris: it is told pairwise subjects, which are for them",
        )
    if client.sector_identifier_uri is not None:
        return
    if len(hosts) > 1 or None in hosts:
        yield (
            "sector_identifier_uri",
            "is required for pairwise subjects unless all redirect_uris are http or https and have one host",
        )
