"""Guarding a Flask view with a bearer token (RFC 6750): `@require_scope("notes:read")` and `current_token`.

`BearerProtection(app, …)` is set up once in an application; docs/protect-your-api.md shows it whole.
"""

from resource_api.protection.bearer_protection import BearerProtection, current_token, require_scope
from resource_api.protection.errors import (
    BearerError,
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    NoToken,
    TokenCheckUnavailable,
)

__all__ = [
    "BearerError",
    "BearerProtection",
    "InsufficientScope",
    "InvalidRequest",
    "InvalidToken",
    "NoToken",
    "TokenCheckUnavailable",
    "current_token",
    "require_scope",
]
