"""What every grant does at the authorization endpoint (RFC 6749 §3.1), in this order."""

from authlib.oauth2.rfc6749.grants import AuthorizationEndpointMixin, BaseGrant

from auth_service.protocol import offline_access
from auth_service.protocol.access_token import Authorization, issue_access_token
from auth_service.protocol.authentication_request import prompts
from auth_service.protocol.authorization_response import (
    AuthorizationResponse,
    check_response_mode,
    response_to,
)
from auth_service.protocol.errors import (
    AccessDenied,
    InvalidRequest,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.response_type import normalise
from auth_service.protocol.scope import check_anything_left, scope_member


class AuthorizationGrant(BaseGrant, AuthorizationEndpointMixin):
    """A grant at the authorization endpoint. Client and redirect URI are already known to be good."""

    #: What it answers, with the words in our order.
    RESPONSE_TYPES: tuple[str, ...] = ()

    @classmethod
    def check_authorization_endpoint(cls, request: OAuthRequest) -> bool:
        """Whether this is the grant for the request's `response_type`."""
        return normalise(request.get("response_type") or "") in cls.RESPONSE_TYPES

    @property
    def response_type(self) -> str:
        """What is asked for, with the words in our order."""
        return normalise(self.request.require("response_type"))

    @property
    def words(self) -> list[str]:
        """What the answer is to have: `code`, `id_token`, `token`."""
        return self.response_type.split(" ")

    def validate_authorization_request(self) -> str:
        """Check all of the request that is the grant's; returns the redirect URI. Raises ProtocolError."""
        self.check_response_type()
        check_response_mode(self.request)
        # OIDC Core §11: `offline_access` counts where a code is given and the person is asked.
        self.request.scope = offline_access.honoured(
            self.client.allowed_scope(self.request.get("scope")),
            self.client,
            is_asked="code" in self.words and "consent" in prompts(self.request),
        )
        check_anything_left(self.request.get("scope"), self.request.scope)
        self.check_id_token()
        self.check_request()
        return self.request.validated_redirect_uri

    def check_response_type(self) -> None:
        """The profile has the response type, and the client registered it and the grants that it takes."""
        profile = self.client.profile
        if self.response_type not in profile.response_types:
            raise UnsupportedResponseType(
                "This response type is not supported", f"refused by profile {profile.name}"
            )
        grants = profile.grant_types_for(self.response_type)
        if not self.client.check_response_type(self.response_type) or not all(
            self.client.check_grant_type(grant) for grant in grants
        ):
            raise UnauthorizedClient("This client is not registered for this response type")

    def check_id_token(self) -> None:
        """OIDC Core §3.2.2.1, §3.3.2.11: an id_token in the front channel needs a nonce against replay."""
        if "id_token" not in self.words:
            return
        if "openid" not in self.request.scope:
            raise InvalidScope("An id_token needs the scope openid")
        if self.request.get("nonce") is None:
            raise InvalidRequest("Missing parameter: nonce")

    def check_request(self) -> None:
        """The grant's own parameters."""

    def create_authorization_response(
        self, redirect_uri: str | None, grant_user: Authorization | None
    ) -> AuthorizationResponse:
        """Answer the client: with what it asked for, or with `access_denied` where the person said no."""
        if grant_user is None:
            raise AccessDenied("The request was denied")
        return response_to(self.request, self.make_response(grant_user), self.server.settings.issuer)

    def make_response(self, authorization: Authorization) -> dict[str, str]:
        """The parameters that the client gets."""
        raise NotImplementedError

    def make_access_token(self, authorization: Authorization) -> dict[str, str]:
        """RFC 6749 §4.2.2: an access token in the front channel."""
        return {
            "access_token": issue_access_token(self.server, self.client, authorization, authorization.scope),
            "token_type": "Bearer",
            "expires_in": str(int(self.server.settings.access_token_lifetime.total_seconds())),
            **scope_member(authorization.scope),
        }
