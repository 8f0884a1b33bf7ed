"""Taking back what was given: each revocation is an indexed write or two a collection.

What can be claimed is used up first and goes last. Whoever is claiming something at this moment finds that out before
they answer, and takes back what they made (`grants.token_grant`). And should the database fail in between, whoever
presents it once more, be it to revoke it or to use it, finishes the revocation.
"""

from typing import Any

from auth_service.models.access_token import AccessToken
from auth_service.models.authorization_code import AuthorizationCode
from auth_service.models.device_code import DeviceCode
from auth_service.models.refresh_token import RefreshToken
from auth_service.models.single_use import SingleUse

_SINGLE_USE = (AuthorizationCode, DeviceCode, RefreshToken)


def revoke_family(family: str) -> int:
    """Revoke everything that came from one authorization; returns how many tokens that were."""
    return _revoke({"family": family}, _SINGLE_USE)


def revoke_session(session_id: str) -> int:
    """Revoke what was given in a browser session and ends with it; returns how many tokens that were.

    What came from one authorization stays together. It stays altogether where `offline_access` was granted (OIDC
    Core §11), its code included, by whose second use a replay is seen: but not a code that waits to be redeemed.
    """
    in_session = {"session_id": session_id}
    offline = RefreshToken._get_collection().distinct("family", {**in_session, "offline": True})
    ending = {**in_session, "family": {"$nin": offline}}
    AuthorizationCode._get_collection().delete_many({**in_session, "redeemed_at": None})
    return _revoke(ending, (AuthorizationCode, RefreshToken))  # a device code belongs to no session


def revoke_all(*, client_id: str | None = None, sub: str | None = None) -> int:
    """Revoke every token and code of a client, of a user, or of a user at a client; returns how many tokens."""
    condition = {key: value for key, value in (("client_id", client_id), ("sub", sub)) if value is not None}
    if not condition:
        raise ValueError("revoke_all needs a client_id or a sub")
    return _revoke(condition, _SINGLE_USE)


def _revoke(condition: dict[str, Any], used_once: tuple[type[SingleUse], ...]) -> int:
    for kind in used_once:
        kind.use_up(condition)
    revoked = AccessToken._get_collection().delete_many(condition).deleted_count
    for kind in used_once:
        gone = kind.delete_all(condition)
        revoked += gone if kind is RefreshToken else 0
    return revoked
