"""Who calls the admin API and what they may do (RFC 6750)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, request

from auth_service.models import Client, User
from auth_service.protocol.bearer_token import BearerError, BearerToken, find_bearer_token, read_header
from auth_service.protocol.server import AuthorizationServer

READ, WRITE, OWN = "admin:read", "admin:write", "clients:own"

#: What every guarded view may answer, for the OpenAPI document; 401 is there by itself.
REFUSALS = {403: "The token does not allow this", 503: "Busy, or the database does not answer"}

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Caller:
    """Who calls: a person through a client, or a client by itself (`sub` is None)."""

    sub: str | None
    client_id: str
    #: What the token allows and its person still may.
    scopes: frozenset[str]
    #: Only clients that the person owns are theirs to see and change: `clients:own`, and no more than that.
    only_own: bool


def server() -> AuthorizationServer:
    """The authorization server of the running application."""
    return cast(AuthorizationServer, current_app.extensions["gatehouse"])


def caller() -> Caller:
    """Who makes the request that is being served."""
    return cast(Caller, g.admin_api_caller)


def needs(scope: str, *, or_own: bool = False) -> Callable[[View], View]:
    """Let a view be called with `scope`, or by owners with `clients:own`. Goes directly below the route."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.admin_api_caller = authorize(request.headers.getlist("Authorization"), scope, or_own)
            return view(*args, **kwargs)

        # APIFlask makes the document of what is noted here; `wraps` copied the reference of its dictionary.
        noted = guarded.__dict__.setdefault("_spec", {})
        noted["security"] = [{"bearer": [scope]}] + ([{"bearer": [OWN]}] if or_own else [])
        noted["responses"] = {**REFUSALS, **(noted.get("responses") or {})}
        return cast(View, guarded)

    return decorate


def authorize(headers: list[str], scope: str, or_own: bool) -> Caller:
    """Check the token, whom it stands for, and its scope; raises BearerError."""
    if len(headers) > 1:
        raise BearerError(400, "invalid_request", "More than one Authorization header was sent")
    token = find_bearer_token(server(), read_header(headers[0] if headers else None))
    if f"{server().settings.issuer}/admin-api" not in token.audience:
        raise BearerError(401, "invalid_token", "The access token is not for the admin API")
    scopes = standing_scopes(token)
    needed = f"{scope} {OWN}" if or_own else scope
    if scope in scopes:
        return Caller(token.sub, token.client_id, scopes, only_own=False)
    if or_own and OWN in scopes:
        return Caller(token.sub, token.client_id, scopes, only_own=True)
    raise BearerError(403, "insufficient_scope", "The access token does not allow this", needed)


def standing_scopes(token: BearerToken) -> frozenset[str]:
    """The token's scope less what no longer holds: a role or a client's scope that was taken away since.

    Read from the database each time, where the rest of the server remembers clients for seconds.
    """
    client = Client._get_collection().find_one({"_id": token.client_id, "disabled_at": None}, {"scope": 1})
    if client is None:
        raise BearerError(401, "invalid_token", "The access token's client is gone or disabled")
    scopes = token.scopes & set((client.get("scope") or "").split())
    if token.sub is None:
        return scopes - {OWN}  # a client by itself owns nothing
    user = User.load(token.sub)
    if user is None:
        raise BearerError(401, "invalid_token", "The access token's user is gone or disabled")
    return scopes if user.is_admin else scopes - {READ, WRITE}
