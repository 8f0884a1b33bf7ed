"""The refusals of RFC 6750 §3.1, one class for each; Flask answers with them as they are."""

import json
from typing import Any

from werkzeug.exceptions import HTTPException


class BearerError(HTTPException):
    """A request that may not go on. `rule` is for the operator's log, `description` for the client."""

    error: str
    #: What stands in the WWW-Authenticate header; None leaves the header out.
    challenge: dict[str, str] | None

    realm = ""  # the audience, written in by `@require_scope`

    def __init__(self, description: str, rule: str) -> None:
        super().__init__(description)
        self.rule = rule
        self.challenge = {"error": self.error, "error_description": description}

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """The answer's headers; every value was made from ASCII constants and checked settings."""
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        if self.challenge is not None:
            fields = {"realm": self.realm, **self.challenge}
            value = ", ".join(f'{name}="{text}"' for name, text in fields.items())
            headers.append(("WWW-Authenticate", f"Bearer {value}"))
        return headers

    def get_body(self, *args: Any, **kwargs: Any) -> str:
        """The JSON form of the error, for an application that has none of its own."""
        return json.dumps({"error": self.error, "error_description": self.description})


class NoToken(BearerError):
    """No token came: the challenge has no error code (RFC 6750 §3.1, last paragraph)."""

    code = 401
    error = "unauthorized"

    def __init__(self) -> None:
        super().__init__("Send an access token in the Authorization header", rule="no_token")
        self.challenge = {}


class InvalidRequest(BearerError):
    """The token came in a way that is not accepted."""

    code = 400
    error = "invalid_request"


class InvalidToken(BearerError):
    """The token is not good here, or no longer."""

    code = 401
    error = "invalid_token"


class InsufficientScope(BearerError):
    """The token is good but does not reach so far; the challenge names the scope that would."""

    code = 403
    error = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"The scope {scope} is needed", rule=f"scope_{scope}_missing")
        self.challenge = {"error": self.error, "error_description": str(self.description), "scope": scope}


class TokenCheckUnavailable(BearerError):
    """Nobody could say whether the token is good: try again."""

    code = 503
    error = "temporarily_unavailable"

    def __init__(self, rule: str) -> None:
        super().__init__("The access token cannot be checked at the moment", rule)
        self.challenge = None

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """The answer's headers, with the seconds after which to come back."""
        return [*super().get_headers(*args, **kwargs), ("Retry-After", "5")]
