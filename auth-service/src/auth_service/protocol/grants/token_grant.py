"""What every grant does at the token endpoint, in this order; a grant fills in the hooks and cannot forget a step."""

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from auth_service.models.revocation import revoke_family
from auth_service.protocol.access_token import Authorization, issue_access_token
from auth_service.protocol.client_authentication import METHODS
from auth_service.protocol.errors import UnauthorizedClient, UnsupportedGrantType
from auth_service.protocol.id_token import check_can_be_issued, issue_id_token
from auth_service.protocol.refresh_token import issue_refresh_token
from auth_service.protocol.reply import Reply
from auth_service.protocol.scope import scope_member


class TokenGrant(BaseGrant, TokenEndpointMixin):
    """A grant at the token endpoint (RFC 6749 §3.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = list(METHODS)

    def validate_token_request(self) -> None:
        """Phases 1 to 3: who is calling, may they use this grant, is what they present good."""
        self.request.client = self.authenticate_token_endpoint_client()
        self.check_grant_type()
        self.authorization: Authorization = self.load_authorization()
        self.scope = self.requested_scope(self.authorization)
        if self.gives_id_token():  # after the claim it would be too late: nothing could be tried again
            check_can_be_issued(self.server, self.client)

    def create_token_response(self) -> Reply:
        """Phases 4 to 6: use it up, make the tokens, look whether it was taken back meanwhile."""
        # Claimed before anything is made: of two who present the same, one gets nothing at all.
        self.claim()
        body = self.make_tokens(self.authorization, self.scope)
        # If somebody replayed what we claimed, or revoked it, the revocation may have run before our tokens
        # were there to be found. What was claimed is used up then; so must be what came of it.
        if not self.is_still_standing():
            revoke_family(self.authorization.family)
        return Reply(200, body, self.TOKEN_RESPONSE_HEADER)

    def check_grant_type(self) -> None:
        """RFC 6749 §5.2: the server's profile has the grant, and the client registered it."""
        if self.GRANT_TYPE not in self.client.profile.grant_types:
            raise UnsupportedGrantType(
                "This grant type is not supported",
                f"{self.GRANT_TYPE} refused by profile {self.client.profile.name}",
            )
        if not self.client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClient("This client is not registered for this grant type")

    def load_authorization(self) -> Authorization:
        """What the presented credential stands for; raises InvalidGrant and changes nothing."""
        raise NotImplementedError

    def requested_scope(self, authorization: Authorization) -> list[str]:
        """The scope of the access token: here all that was authorized."""
        return authorization.scope

    def claim(self) -> None:
        """Use a single-use credential up, atomically; raises InvalidGrant if somebody was first."""

    def is_still_standing(self) -> bool:
        """Whether what the tokens were made for holds to the last, be it what was claimed or who the person is."""
        return True

    def gives_refresh_token(self) -> bool:
        """Whether a refresh token comes with it: if the client registered for one, and a person stands behind it."""
        return self.authorization.sub is not None and self.client.check_grant_type("refresh_token")

    def gives_id_token(self) -> bool:
        """Whether an id_token comes with it: if a person stands behind it, and it is for `openid` too."""
        return self.authorization.sub is not None and "openid" in self.scope

    def make_tokens(self, authorization: Authorization, scope: list[str]) -> dict:
        """The token response (RFC 6749 §5.1, OIDC Core §3.1.3.3)."""
        access_token = issue_access_token(self.server, self.client, authorization, scope)
        body = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": int(self.server.settings.access_token_lifetime.total_seconds()),
            **scope_member(scope),
        }
        if self.gives_refresh_token():
            body["refresh_token"] = issue_refresh_token(self.server, self.client, authorization)
        if self.gives_id_token():
            body["id_token"] = issue_id_token(
                self.server, self.client, authorization, access_token=access_token
            )
        return body
