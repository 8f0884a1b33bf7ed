"""The standard claims about a person (OIDC Core §5.1), and the scopes that ask for them (§5.4)."""

from collections.abc import Collection, Mapping
from typing import Any

BY_SCOPE = {
    "profile": (
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}

SCOPE_OF = {claim: scope for scope, claims in BY_SCOPE.items() for claim in claims}

#: In a grant, the mark of a claim that was allowed without its scope: `claim:birthdate`.
CLAIM_PREFIX = "claim:"

#: The claims in plain words, for whoever is asked to allow a single one.
IN_WORDS = {claim: claim.replace("_", " ") for claim in SCOPE_OF} | {
    "name": "full name",
    "preferred_username": "username",
    "profile": "profile page's address",
    "zoneinfo": "time zone",
    "locale": "language and region",
    "updated_at": "profile's last change",
    "email": "email address",
    "email_verified": "email address's state: verified or not",
    "address": "postal address",
    "phone_number_verified": "phone number's state: verified or not",
}

#: The claims that are stored under another name.
_STORED_AS = {"preferred_username": "username", "profile": "profile_url"}
#: What says of another claim whether it was verified; it says nothing without that one.
_VERIFIED = {"email_verified": "email", "phone_number_verified": "phone_number"}


def values_of(user: Mapping[str, Any]) -> dict[str, Any]:
    """All that is known of the person, by the claims' names. What has no value is left out (§5.3.2)."""
    values = {claim: user.get(_STORED_AS.get(claim, claim)) for claim in SCOPE_OF}
    values["updated_at"] = int(user["updated_at"].timestamp())
    for verified, what in _VERIFIED.items():
        values[verified] = user.get(verified, False) if user.get(what) else None
    return {claim: value for claim, value in values.items() if value not in (None, "", {})}


def claims_of(
    user: Mapping[str, Any], scopes: Collection[str], requested: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The claims that the scopes stand for, and those asked for by name (§5.5), of whom `User.read` gave."""
    values = values_of(user)
    return {
        claim: value
        for claim, value in values.items()
        if SCOPE_OF[claim] in scopes or (claim in requested and is_as_asked(value, requested[claim]))
    }


def is_as_asked(value: Any, asked: Mapping[str, Any]) -> bool:
    """OIDC Core §5.5.1: a claim asked for with a value is told only if it has that value, or one of those."""
    wanted = requested_values(asked)
    return not wanted or value in wanted


def requested_values(asked: Mapping[str, Any]) -> list[Any]:
    """What a claim was asked to be (OIDC Core §5.5.1), whatever JSON that is; empty when anything will do."""
    return [*asked.get("values", ()), *([asked["value"]] if "value" in asked else ())]
