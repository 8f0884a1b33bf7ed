"""The userinfo endpoint's claims (OIDC Core §5.3, §5.4)."""

from typing import TYPE_CHECKING, Any

from auth_service.models import User
from auth_service.protocol.bearer_token import BearerError, find_bearer_token

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

#: OIDC Core §5.4: the claims that each scope asks for.
CLAIMS = {
    "openid": ("sub",),
    "profile": ("name", "preferred_username", "updated_at"),
    "email": ("email", "email_verified"),
}


def userinfo(server: "AuthorizationServer", token: str) -> dict[str, Any]:
    """The claims that the access token's scope allows; raises BearerError."""
    bearer = find_bearer_token(server, token)
    if "openid" not in bearer.scopes:
        raise BearerError(
            403, "insufficient_scope", "The access token lacks the scope openid", scope="openid"
        )
    user = User.load(bearer.sub)
    if user is None:
        raise BearerError(401, "invalid_token", "The user is gone or disabled")
    return claims_of(user, bearer.scopes)


def claims_of(user: User, scopes: frozenset[str]) -> dict[str, Any]:
    """The user's claims under these scopes; claims without a value are left out."""
    values = {
        "sub": user.id,
        "name": user.name,
        "preferred_username": user.username,
        "updated_at": int(user.updated_at.timestamp()),
        "email": user.email,
        "email_verified": user.email_verified if user.email else None,
    }
    names = [name for scope, claims in CLAIMS.items() if scope in scopes for name in claims]
    return {name: values[name] for name in names if values[name] is not None}
