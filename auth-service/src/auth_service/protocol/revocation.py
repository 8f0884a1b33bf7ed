"""Token revocation (RFC 7009)."""

from authlib.consts import default_json_headers
from authlib.oauth2.rfc6749.endpoint import Endpoint

from auth_service.models import AccessToken, RefreshToken
from auth_service.models.revocation import revoke_family
from auth_service.models.secret import hash_secret
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.client_authentication import METHODS
from auth_service.protocol.errors import InvalidGrant
from auth_service.protocol.reply import Reply
from auth_service.protocol.request import OAuthRequest


class RevocationEndpoint(Endpoint):
    """`POST /oauth/revoke`. Unknown tokens and unknown hints are fine (RFC 7009 §2.2): they are not valid anyway."""

    ENDPOINT_NAME = "revocation"

    def __call__(self, request: OAuthRequest) -> Reply:
        """Revoke the client's own token: an access token alone, a refresh token with its whole family."""
        request.reject_repeated()
        client = self.server.authenticate_client(request, list(METHODS), self.ENDPOINT_NAME)
        token_id = hash_secret(request.require("token"))
        if refresh := RefreshToken.objects(id=token_id).first():
            check_ownership(refresh.client_id, client)
            revoke_family(refresh.family)
        elif access := AccessToken.objects(id=token_id).first():
            check_ownership(access.client_id, client)
            access.delete()
        return Reply(200, {}, default_json_headers)


def check_ownership(client_id: str, client: RegisteredClient) -> None:
    """RFC 7009 §2.1: a token of another client is refused."""
    if client_id != client.client_id:
        raise InvalidGrant("The token was issued to another client")
