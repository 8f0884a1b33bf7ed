"""One class per error code (RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1; OIDC Core §3.1.2.6).

`description` goes to the client and is a constant of printable ASCII; `reason` goes to the operator's log and
names the rule that refused.
"""

from typing import Any

from authlib.oauth2 import OAuth2Error


class ProtocolError(OAuth2Error):
    """A refusal. Raised anywhere in `protocol`, turned into a reply by `AuthorizationServer`."""

    def __init__(self, description: str, reason: str | None = None, **kwargs: Any) -> None:
        super().__init__(description, **kwargs)
        self.reason = reason or description


class InvalidRequest(ProtocolError):
    """A parameter is missing, repeated or malformed."""

    error = "invalid_request"


class InvalidClient(ProtocolError):
    """Client authentication failed: 401 with the scheme that would work (RFC 6749 §5.2)."""

    error = "invalid_client"
    status_code = 401

    def __init__(self, reason: str, description: str = "Client authentication failed") -> None:
        super().__init__(description, reason)

    def get_headers(self) -> list[tuple[str, str]]:
        """RFC 6749 §5.2: name the scheme when the client may have used it."""
        return [*super().get_headers(), ("WWW-Authenticate", 'Basic realm="gatehouse"')]


class InvalidGrant(ProtocolError):
    """A code, a refresh token or a person's credentials are not good."""

    error = "invalid_grant"


class UnauthorizedClient(ProtocolError):
    """The client may not do this; another client might."""

    error = "unauthorized_client"


class UnsupportedGrantType(ProtocolError):
    """No such grant here, or the security profile refuses it."""

    error = "unsupported_grant_type"


class UnsupportedResponseType(ProtocolError):
    """No such response type here, or the security profile refuses it."""

    error = "unsupported_response_type"


class InvalidScope(ProtocolError):
    """A scope is unknown, or not the client's, or more than was granted."""

    error = "invalid_scope"


class AccessDenied(ProtocolError):
    """The person, or this server on their behalf, said no."""

    error = "access_denied"


class AuthorizationPending(ProtocolError):
    """The person has not decided yet (RFC 8628 §3.5)."""

    error = "authorization_pending"


class SlowDown(ProtocolError):
    """The same, and the client asks too often (RFC 8628 §3.5)."""

    error = "slow_down"


class ExpiredToken(ProtocolError):
    """The person did not decide in time (RFC 8628 §3.5)."""

    error = "expired_token"


class LoginRequired(ProtocolError):
    """`prompt=none`, and nobody is signed in recently enough."""

    error = "login_required"


class ConsentRequired(ProtocolError):
    """`prompt=none`, and the person would have to be asked."""

    error = "consent_required"


class InteractionRequired(ProtocolError):
    """`prompt=none`, and the person would have to be asked something other than for their consent."""

    error = "interaction_required"


class UnmetAuthenticationRequirements(ProtocolError):
    """No sign-in reaches the `acr` that is essential (OIDC Unmet Authentication Requirements §2)."""

    error = "unmet_authentication_requirements"


class InvalidRequestObject(ProtocolError):
    """The request object is not good (RFC 9101 §7)."""

    error = "invalid_request_object"


class InvalidRequestUri(ProtocolError):
    """The request object cannot be had from where the client says it is (RFC 9101 §7)."""

    error = "invalid_request_uri"


class RegistrationNotSupported(ProtocolError):
    """The `registration` parameter is for self-issued providers (OIDC Core §3.1.2.6, §7)."""

    error = "registration_not_supported"


class UnapprovedSoftwareStatement(ProtocolError):
    """A registration with a software statement, none of which is trusted here (RFC 7591 §3.2.2)."""

    error = "unapproved_software_statement"


class TryLater(ProtocolError):
    """The server is too busy (503), or this was tried too often (429); `wait` is in seconds."""

    error = "temporarily_unavailable"

    def __init__(self, description: str, status_code: int, wait: int) -> None:
        super().__init__(description, status_code=status_code)
        self.wait = wait

    def get_headers(self) -> list[tuple[str, str]]:
        """Say when to try again."""
        return [*super().get_headers(), ("Retry-After", str(self.wait))]
