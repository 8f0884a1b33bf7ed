"""What belongs to the request being served."""

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer


def server() -> "AuthorizationServer":
    """The authorization server of the running application, with its `settings` and `clock`."""
    return cast("AuthorizationServer", current_app.extensions["gatehouse"])
