"""The client credentials grant (RFC 6749 §4.4)."""

from auth_service.protocol.access_token import Authorization
from auth_service.protocol.errors import UnauthorizedClient
from auth_service.protocol.grants.token_grant import TokenGrant
from auth_service.protocol.scope import OFFLINE_ACCESS, OPENID, check_anything_left


class ClientCredentialsGrant(TokenGrant):
    """A token for the client itself; nobody stands behind it, so there is no refresh and no id_token."""

    GRANT_TYPE = "client_credentials"

    def load_authorization(self) -> Authorization:
        """RFC 6749 §4.4: confidential clients only. The family is the client."""
        if self.client.is_public:
            raise UnauthorizedClient("The client credentials grant is for confidential clients")
        allowed = self.client.allowed_scope(self.request.get("scope"))
        scope = [name for name in allowed if name not in (OPENID, OFFLINE_ACCESS)]
        check_anything_left(self.request.get("scope"), scope)
        return Authorization(sub=None, scope=scope, family=f"client:{self.client.client_id}")
