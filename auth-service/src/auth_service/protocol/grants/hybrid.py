"""The hybrid flow (OIDC Core §3.3): a code, and beside it an id_token, an access token or both."""

from auth_service.protocol.access_token import Authorization
from auth_service.protocol.grants.authorization_code import AuthorizationCodeGrant
from auth_service.protocol.id_token import issue_id_token


class HybridGrant(AuthorizationCodeGrant):
    """All of it is one family: if the code is replayed, the access token beside it falls too."""

    RESPONSE_TYPES = ("code id_token", "code token", "code id_token token")

    def make_response(self, authorization: Authorization) -> dict[str, str]:
        """OIDC Core §3.3.2.5; the id_token is bound to the others by `c_hash` and `at_hash` (§3.3.2.11)."""
        response = super().make_response(authorization)
        if "token" in self.words:
            response |= self.make_access_token(authorization)
        if "id_token" in self.words:
            response["id_token"] = issue_id_token(
                self.server,
                self.client,
                authorization,
                access_token=response.get("access_token"),
                code=response["code"],
            )
        return response
