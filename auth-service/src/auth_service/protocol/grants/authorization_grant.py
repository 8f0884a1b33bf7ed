"""What every grant does at the authorization endpoint (RFC 6749 §3.1), in this order."""

from authlib.oauth2.rfc6749.grants import AuthorizationEndpointMixin, BaseGrant

from auth_service.protocol.access_token import Authorization
from auth_service.protocol.errors import (
    AccessDenied,
    InvalidRequest,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from auth_service.protocol.reply import Reply
from auth_service.protocol.request import OAuthRequest


class AuthorizationGrant(BaseGrant, AuthorizationEndpointMixin):
    """A grant at the authorization endpoint. Client and redirect URI are already known to be good."""

    RESPONSE_TYPE: str
    #: Where the answer's parameters go in the redirect URI.
    RESPONSE_MODE = "query"

    @classmethod
    def check_authorization_endpoint(cls, request: OAuthRequest) -> bool:
        """Whether this is the grant for the request's `response_type`."""
        return request.payload.response_type == cls.RESPONSE_TYPE

    def validate_authorization_request(self) -> str:
        """Check all of the request that is this grant's; returns the redirect URI. Raises ProtocolError."""
        self.check_response_type()
        self.check_response_mode()
        self.request.scope = self.client.allowed_scope(self.request.get("scope"))
        self.check_request()
        return self.request.validated_redirect_uri

    def check_response_type(self) -> None:
        """The profile has the grant, and the client registered the response type."""
        if self.GRANT_TYPE not in self.client.profile.grant_types:
            raise UnsupportedResponseType(
                "This response type is not supported", f"refused by profile {self.client.profile.name}"
            )
        if not self.client.check_grant_type(self.GRANT_TYPE) or not self.client.check_response_type(
            self.RESPONSE_TYPE
        ):
            raise UnauthorizedClient("This client is not registered for this response type")

    def check_response_mode(self) -> None:
        """Only the default mode of the response type: a token never goes into a query."""
        if self.request.get("response_mode") not in (None, self.RESPONSE_MODE):
            raise InvalidRequest("response_mode is not supported for this response type")

    def check_request(self) -> None:
        """The grant's own parameters."""

    def create_authorization_response(
        self, redirect_uri: str | None, grant_user: Authorization | None
    ) -> Reply:
        """Send the answer to the client: what it asked for, or `access_denied` where the person said no."""
        if grant_user is None:
            raise AccessDenied("The request was denied")
        return self.server.authorization_response(
            self.request, self.make_response(grant_user), self.RESPONSE_MODE
        )

    def make_response(self, authorization: Authorization) -> dict[str, str]:
        """The parameters that the client gets."""
        raise NotImplementedError
