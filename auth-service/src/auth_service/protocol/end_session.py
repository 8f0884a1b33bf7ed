"""Sign-out that a relying party asks for (OIDC RP-Initiated Logout 1.0)."""

from authlib.oidc.rpinitiated import EndSessionEndpoint as AuthlibEndSessionEndpoint
from authlib.oidc.rpinitiated import EndSessionRequest
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.signing_keys import ALGORITHMS


class EndSessionEndpoint(AuthlibEndSessionEndpoint):
    """`/oauth/logout`: Authlib checks hint, client and redirect URI; ending the browser's session is `web`'s."""

    def validate_request(self, request: OAuthRequest) -> EndSessionRequest:
        """§2, §3: an expired hint will do, a foreign or unsigned one will not. Raises ProtocolError."""
        request.reject_repeated()
        try:
            validated = super().validate_request(request)
        except (JoseError, ValueError) as error:
            raise InvalidRequest("id_token_hint is not valid", type(error).__name__) from None
        if validated.id_token_claims and validated.id_token_claims.get("iss") != self.server.settings.issuer:
            raise InvalidRequest("id_token_hint is not valid", "issued by another server")
        return validated

    def get_server_jwks(self) -> KeySet:
        """The keys that may have signed a hint."""
        return self.server.keys.published()

    def get_algorithms(self) -> list[str]:
        """Only what this server signs with: never `none`, never the header's own choice."""
        return list(ALGORITHMS)
