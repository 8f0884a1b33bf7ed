"""The implicit grant (RFC 6749 §4.2): legacy, under the `compat` profile and for public clients only."""

from auth_service.protocol.access_token import Authorization, issue_access_token
from auth_service.protocol.errors import UnauthorizedClient
from auth_service.protocol.grants.authorization_grant import AuthorizationGrant


class ImplicitGrant(AuthorizationGrant):
    """A token straight in the fragment; never a refresh token."""

    GRANT_TYPE = "implicit"
    RESPONSE_TYPE = "token"
    RESPONSE_MODE = "fragment"

    def check_request(self) -> None:
        """The client registered `token_endpoint_auth_method: none`."""
        if not self.client.is_public:
            raise UnauthorizedClient("The implicit grant is for clients with token_endpoint_auth_method none")

    def make_response(self, authorization: Authorization) -> dict[str, str]:
        """RFC 6749 §4.2.2."""
        return {
            "access_token": issue_access_token(self.server, self.client, authorization, authorization.scope),
            "token_type": "Bearer",
            "expires_in": str(int(self.server.settings.access_token_lifetime.total_seconds())),
            "scope": " ".join(authorization.scope),
        }
