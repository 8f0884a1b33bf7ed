"""The check before a protected view: every token passes the same steps, however it is introspected."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g, request
from werkzeug.local import LocalProxy

from resource_api.clock import Clock
from resource_api.introspection import Introspection, IntrospectionUnavailable, Introspector
from resource_api.protection.errors import BearerError, InsufficientScope, InvalidToken, TokenCheckUnavailable
from resource_api.protection.token_in_request import token_in_request

P = ParamSpec("P")
R = TypeVar("R")

EXTENSION = "bearer_protection"

#: The introspection of the token that the running request came with, behind `@require_scope`.
current_token: Introspection = LocalProxy(lambda: g.current_token)  # type: ignore[assignment]


class BearerProtection:
    """Checks bearer tokens for one application: `audience` is the name by which tokens are meant for it."""

    def __init__(
        self, app: Flask, introspector: Introspector, audience: str, clock: Clock | None = None
    ) -> None:
        self.introspector = introspector
        self.audience = audience
        self.clock = clock or Clock()
        app.extensions[EXTENSION] = self

    def check(self, scope: str) -> Introspection:
        """What the request's token stands for; raises the BearerError of RFC 6750 that fits."""
        token = self.introspect(token_in_request(request))
        self.check_expiry(token)
        self.check_audience(token)
        check_scope(token, scope)
        return token

    def introspect(self, token: str) -> Introspection:
        """Ask the strategy; raises InvalidToken or TokenCheckUnavailable."""
        try:
            introspection = self.introspector.introspect(token)
        except IntrospectionUnavailable as error:
            raise TokenCheckUnavailable(rule=str(error)) from error
        if introspection is None:
            raise InvalidToken(
                "The access token is unknown, revoked or expired", rule="token_unknown_or_revoked"
            )
        return introspection

    def check_expiry(self, token: Introspection) -> None:
        """Expiry is checked here too: the database deletes expired tokens late, and a JWT never goes away."""
        if token.expires_at <= self.clock.now():
            raise InvalidToken("The access token expired", rule="token_expired")

    def check_audience(self, token: Introspection) -> None:
        """RFC 9068 §4, RFC 8707: a token that was given for another API must not work here."""
        if self.audience not in token.audience:
            raise InvalidToken(
                "The access token is not meant for this API", rule="token_for_another_audience"
            )


def check_scope(token: Introspection, scope: str) -> None:
    """Raise InsufficientScope unless the token has been granted `scope`."""
    if scope not in token.scopes:
        raise InsufficientScope(scope)


def require_scope(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only requests with a good token for `scope` reach the view, which finds it in `current_token`."""

    def protect(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def protected(*args: P.args, **kwargs: P.kwargs) -> R:
            protection: BearerProtection = current_app.extensions[EXTENSION]
            try:
                g.current_token = protection.check(scope)
                return view(*args, **kwargs)
            except BearerError as error:
                error.realm = protection.audience
                raise

        protected.required_scope = scope  # type: ignore[attr-defined]  # read by the OpenAPI document
        return protected

    return protect
