"""Security profiles: every rule that a profile can turn is a field here; nothing else asks which one is on."""

from dataclasses import dataclass, replace

from auth_service.protocol.response_type import (
    GRANT_TYPES_OF,
    RESPONSE_TYPES,
    WITH_ACCESS_TOKEN,
    WITH_ID_TOKEN_ALONE,
)

#: RFC 8628 §3.4.
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = (
    "authorization_code", "refresh_token", "client_credentials", "implicit", "password", DEVICE_CODE
)  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """What a client may do under a security profile."""

    name: str
    grant_types: frozenset[str]
    #: What may be asked of the front channel, in the order in which it is announced.
    response_types: tuple[str, ...]
    #: PKCE (RFC 7636) from every client, not only from public ones.
    pkce_required: bool
    #: Request objects with `alg` none (OIDC Core §6.1), from clients that registered it.
    unsigned_request_objects: bool
    #: Client assertions must be for the issuer (RFC 7523), not for the URL of an endpoint.
    assertion_audience_is_issuer_only: bool
    #: What comes beside a request object counts for nothing (RFC 9101 §6.3), instead of being added to it
    #: (OIDC Core §6.1).
    request_object_stands_alone: bool

    def grant_types_for(self, response_type: str) -> frozenset[str]:
        """The grant types that a client must be registered for to use a response type (OIDC Registration §2).

        Where the profile has no implicit grant, it refuses what that grant is refused for: access tokens in
        the front channel. The response types that are left ask for an id_token alone; for these the
        registered response type has to do, since `implicit` cannot be registered.
        """
        return GRANT_TYPES_OF[response_type] & self.grant_types


COMPAT = Profile(
    "compat",
    frozenset(GRANT_TYPES),
    RESPONSE_TYPES,
    pkce_required=False,
    unsigned_request_objects=True,
    assertion_audience_is_issuer_only=False,
    request_object_stands_alone=False,
)
OAUTH21 = Profile(
    "oauth21",
    frozenset(GRANT_TYPES) - {"implicit", "password"},
    tuple(name for name in RESPONSE_TYPES if name not in WITH_ACCESS_TOKEN),
    pkce_required=True,
    unsigned_request_objects=False,
    assertion_audience_is_issuer_only=True,
    request_object_stands_alone=True,
)

#: From loose to strict.
PROFILES = {profile.name: profile for profile in (COMPAT, OAUTH21)}


def effective_profile(
    server_profile: str, client_profile: str | None, id_token_in_front_channel: bool = True
) -> Profile:
    """The stricter of the server's profile and the client's own.

    `id_token_in_front_channel` is the setting: off, it takes those response types from `oauth21`.
    """
    order = list(PROFILES)
    stricter = PROFILES[max(server_profile, client_profile or server_profile, key=order.index)]
    if id_token_in_front_channel or stricter is COMPAT:
        return stricter
    kept = tuple(name for name in stricter.response_types if name not in WITH_ID_TOKEN_ALONE)
    return replace(stricter, response_types=kept)
