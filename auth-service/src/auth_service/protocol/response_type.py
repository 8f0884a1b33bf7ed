"""Response types (OAuth Multiple Response Types §3, §5; OIDC Core §3): what a client can ask the front channel for.

A response type is a set of words; here it is written in one order, the alphabet's.
"""

#: Each response type with the grant types that a client must be registered for (OIDC Registration §2).
GRANT_TYPES_OF: dict[str, frozenset[str]] = {
    "code": frozenset({"authorization_code"}),
    "id_token": frozenset({"implicit"}),
    "id_token token": frozenset({"implicit"}),
    "code id_token": frozenset({"authorization_code", "implicit"}),
    "code token": frozenset({"authorization_code", "implicit"}),
    "code id_token token": frozenset({"authorization_code", "implicit"}),
    "token": frozenset({"implicit"}),
}
RESPONSE_TYPES = tuple(GRANT_TYPES_OF)

#: Those that put an access token into the front channel, where it can leak (RFC 9700 §2.1.2).
WITH_ACCESS_TOKEN = frozenset(name for name in RESPONSE_TYPES if "token" in name.split())
#: Those that put an id_token there, but no access token.
WITH_ID_TOKEN_ALONE = (
    frozenset(name for name in RESPONSE_TYPES if "id_token" in name.split()) - WITH_ACCESS_TOKEN
)


def normalise(response_type: str) -> str:
    """The same words in our order; a repeated word stays repeated, and so is no response type that we know."""
    return " ".join(sorted(response_type.split(" ")))
