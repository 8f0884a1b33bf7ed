"""The implicit flow: access tokens (RFC 6749 §4.2) under `compat` only, id_tokens (OIDC Core §3.2)."""

from auth_service.protocol.access_token import Authorization
from auth_service.protocol.errors import UnauthorizedClient
from auth_service.protocol.grants.authorization_grant import AuthorizationGrant
from auth_service.protocol.id_token import issue_id_token


class ImplicitGrant(AuthorizationGrant):
    """Everything at once, through the browser; never a refresh token."""

    GRANT_TYPE = "implicit"
    RESPONSE_TYPES = ("id_token", "id_token token", "token")

    def check_request(self) -> None:
        """A bare access token is bound to nobody: only for legacy clients with `token_endpoint_auth_method: none`.

        With an id_token comes its `at_hash`, by which the client sees that the access token is meant for it.
        """
        if self.response_type == "token" and not self.client.is_public:
            raise UnauthorizedClient("The implicit grant is for clients with token_endpoint_auth_method none")

    def make_response(self, authorization: Authorization) -> dict[str, str]:
        """RFC 6749 §4.2.2, OIDC Core §3.2.2.5."""
        response = self.make_access_token(authorization) if "token" in self.words else {}
        if "id_token" in self.words:
            response["id_token"] = issue_id_token(
                self.server, self.client, authorization, access_token=response.get("access_token")
            )
        return response
