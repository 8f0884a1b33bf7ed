"""Sign-out that a relying party asks for (OIDC RP-Initiated Logout 1.0)."""

from authlib.oidc.rpinitiated import EndSessionEndpoint as AuthlibEndSessionEndpoint
from authlib.oidc.rpinitiated import EndSessionRequest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.signing_keys import ALGORITHMS


class EndSessionEndpoint(AuthlibEndSessionEndpoint):
    """`/oauth/logout`: Authlib checks hint, client and redirect URI; ending the browser's session is `web`'s."""

    def validate_request(self, request: OAuthRequest) -> EndSessionRequest:
        """§2, §3: which client, which hint, and where to go afterwards. Raises ProtocolError."""
        request.reject_repeated()
        return super().validate_request(request)

    def _validate_id_token_hint(self, id_token_hint: str) -> dict:
        """§2: signed by this server's key with an algorithm of ours; an expired hint is as good as a fresh one."""
        try:
            claims = jwt.decode(id_token_hint, self.get_server_jwks(), list(ALGORITHMS)).claims
        except (JoseError, ValueError) as error:
            raise InvalidRequest("id_token_hint is not valid", type(error).__name__) from None
        if claims.get("iss") != self.server.settings.issuer:
            raise InvalidRequest("id_token_hint is not valid", "issued by another server")
        return claims

    def get_server_jwks(self) -> KeySet:
        """The keys that may have signed a hint."""
        return self.server.keys.published()
