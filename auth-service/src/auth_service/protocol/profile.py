"""Security profiles: every rule that a profile can turn is a field here; nothing else asks which one is on."""

from dataclasses import dataclass

GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials", "implicit", "password")


@dataclass(frozen=True)
class Profile:
    """What a client may do under a security profile."""

    name: str
    grant_types: frozenset[str]
    #: PKCE (RFC 7636) from every client, not only from public ones.
    pkce_required: bool


COMPAT = Profile("compat", frozenset(GRANT_TYPES), pkce_required=False)
OAUTH21 = Profile("oauth21", frozenset(GRANT_TYPES) - {"implicit", "password"}, pkce_required=True)

#: From loose to strict.
PROFILES = {profile.name: profile for profile in (COMPAT, OAUTH21)}


def effective_profile(server_profile: str, client_profile: str | None) -> Profile:
    """The stricter of the server's profile and the client's own."""
    order = list(PROFILES)
    stricter = max(server_profile, client_profile or server_profile, key=order.index)
    return PROFILES[stricter]
