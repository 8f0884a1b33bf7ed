"""Taking back what was given: each revocation is an indexed delete a collection."""

from auth_service.models.access_token import AccessToken
from auth_service.models.authorization_code import AuthorizationCode
from auth_service.models.device_code import DeviceCode
from auth_service.models.refresh_token import RefreshToken


def revoke_family(family: str) -> int:
    """Revoke everything that came from one authorization; returns how many tokens that were.

    The codes and refresh tokens that are claimed at this moment go too: whoever claimed one sees it gone after
    minting and takes back what it made (`grants.token_grant`).
    """
    return _revoke({"family": family})


def revoke_session(session_id: str) -> int:
    """Revoke what was given in a browser session and ends with it; returns how many tokens that were.

    What came from one authorization stays together. It stays altogether where `offline_access` was granted (OIDC
    Core §11), its code included, by whose second use a replay is seen: but not a code that waits to be redeemed.
    """
    in_session = {"session_id": session_id}
    offline = RefreshToken._get_collection().distinct("family", {**in_session, "offline": True})
    ending = {**in_session, "family": {"$nin": offline}}
    AuthorizationCode._get_collection().delete_many({**in_session, "redeemed_at": None})
    return _revoke(ending)


def revoke_all(*, client_id: str | None = None, sub: str | None = None) -> int:
    """Revoke every token and code of a client, of a user, or of a user at a client; returns how many tokens."""
    condition = {key: value for key, value in (("client_id", client_id), ("sub", sub)) if value is not None}
    if not condition:
        raise ValueError("revoke_all needs a client_id or a sub")
    return _revoke(condition)


def _revoke(condition: dict) -> int:
    for codes in (AuthorizationCode, DeviceCode):
        codes._get_collection().delete_many(condition)
    refresh = RefreshToken._get_collection().delete_many(condition)
    access = AccessToken._get_collection().delete_many(condition)
    return refresh.deleted_count + access.deleted_count
