"""The authorization server: the one page that lists all that is registered, and turns refusals into replies."""

import json
from functools import cached_property
from typing import Any

import structlog
from authlib.oauth2 import AuthorizationServer as AuthlibServer
from authlib.oauth2 import OAuth2Error

from auth_service.clock import Clock
from auth_service.protocol import metadata
from auth_service.protocol.authorization_response import AuthorizationResponse, response_to
from auth_service.protocol.client import Clients, RegisteredClient
from auth_service.protocol.client_authentication import ClientAuthentication
from auth_service.protocol.device_authorization import DeviceAuthorizationEndpoint
from auth_service.protocol.end_session import EndSessionEndpoint
from auth_service.protocol.errors import UnsupportedGrantType, UnsupportedResponseType
from auth_service.protocol.grants.authorization_code import AuthorizationCodeGrant
from auth_service.protocol.grants.authorization_grant import AuthorizationGrant
from auth_service.protocol.grants.client_credentials import ClientCredentialsGrant
from auth_service.protocol.grants.device_code import DeviceCodeGrant
from auth_service.protocol.grants.hybrid import HybridGrant
from auth_service.protocol.grants.implicit import ImplicitGrant
from auth_service.protocol.grants.password import PasswordGrant
from auth_service.protocol.grants.refresh_token import RefreshTokenGrant
from auth_service.protocol.grants.token_grant import TokenGrant
from auth_service.protocol.introspection import IntrospectionEndpoint
from auth_service.protocol.logout.deliveries import Deliveries
from auth_service.protocol.passwords import Passwords
from auth_service.protocol.profile import effective_profile
from auth_service.protocol.remote_document import RemoteDocuments
from auth_service.protocol.reply import Reply
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.revocation import RevocationEndpoint
from auth_service.protocol.sealed import Sealer
from auth_service.protocol.server_secrets import ServerSecrets
from auth_service.protocol.signing_keys import SigningKeys
from auth_service.settings import Settings

log = structlog.get_logger("protocol")

GRANTS = (
    AuthorizationCodeGrant,
    RefreshTokenGrant,
    ClientCredentialsGrant,
    ImplicitGrant,
    HybridGrant,
    PasswordGrant,
    DeviceCodeGrant,
)
ENDPOINTS = (IntrospectionEndpoint, RevocationEndpoint, EndSessionEndpoint, DeviceAuthorizationEndpoint)


class AuthorizationServer(AuthlibServer):
    """Everything that the endpoints share. One a process."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__()
        self.settings = settings
        self.clock = clock
        self.profile = effective_profile(settings.profile, None, settings.id_token_in_front_channel)
        self.clients = Clients(
            settings.profile, settings.client_cache_seconds, settings.id_token_in_front_channel
        )
        self.sealer = Sealer(settings)
        self.secrets = ServerSecrets(self.sealer)
        self.keys = SigningKeys(settings, clock)
        self.passwords = Passwords(settings.password_hashing_concurrency)
        self.deliveries = Deliveries(self)
        self.remote_documents = RemoteDocuments(settings, clock)
        self._client_auth = ClientAuthentication(self)
        for grant in GRANTS:
            self.register_grant(grant)
        for endpoint in ENDPOINTS:
            self.register_endpoint(endpoint)

    @cached_property
    def openid_provider_metadata(self) -> str:
        """OIDC Discovery §3, as JSON: nothing of it changes while the process lives."""
        return json.dumps(metadata.openid_provider_metadata(self))

    @cached_property
    def authorization_server_metadata(self) -> str:
        """RFC 8414 §2, as JSON."""
        return json.dumps(metadata.authorization_server_metadata(self))

    def grant_types(self) -> list[str]:
        """The grants that are registered and that the profile has."""
        names = dict.fromkeys(grant.GRANT_TYPE for grant in GRANTS)
        return [name for name in names if name in self.profile.grant_types]

    def response_types(self) -> list[str]:
        """The response types that a grant answers and that the profile has."""
        answered = {name for grant, _ in self._authorization_grants for name in grant.RESPONSE_TYPES}
        return [name for name in self.profile.response_types if name in answered]

    def query_client(self, client_id: str) -> RegisteredClient | None:
        """The client, or None; Authlib asks by this name."""
        return self.clients.find(client_id)

    def create_oauth2_request(self, request: OAuthRequest) -> OAuthRequest:
        """Requests arrive parsed: `web` made them."""
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Authlib announces what happens; nobody here listens."""

    def get_token_grant(self, request: OAuthRequest) -> TokenGrant:
        """The grant of the request's `grant_type`; raises UnsupportedGrantType."""
        grant_type = request.require("grant_type")
        for grant, _ in self._token_grants:
            if grant_type == grant.GRANT_TYPE:
                return grant(request, self)
        raise UnsupportedGrantType("This grant type is not supported", "no such grant")

    def get_authorization_grant(self, request: OAuthRequest) -> AuthorizationGrant:
        """The grant of the request's `response_type`; raises UnsupportedResponseType."""
        request.require("response_type")
        for grant, _ in self._authorization_grants:
            if grant.check_authorization_endpoint(request):
                return grant(request, self)
        raise UnsupportedResponseType("This response type is not supported", "no such response type")

    def create_token_response(self, request: OAuthRequest) -> Reply:
        """Answer a token request (RFC 6749 §3.2)."""
        try:
            return self.grant_tokens(request)
        except OAuth2Error as error:
            return self.handle_error_response(request, error)

    def grant_tokens(self, request: OAuthRequest) -> Reply:
        """The good answer to a token request; raises OAuth2Error for a refusal."""
        request.reject_repeated()
        grant = self.get_token_grant(request)
        grant.validate_token_request()
        return self.handle_response(*grant.create_token_response())

    def authorization_error(self, request: OAuthRequest, error: OAuth2Error) -> AuthorizationResponse | None:
        """What the client is told of a refusal; None if it must be shown instead (RFC 6749 §4.1.2.1)."""
        self.log_refusal(request, error)
        if request.validated_redirect_uri is None:
            return None
        parameters = {"error": error.error, "error_description": error.get_error_description()}
        return response_to(request, parameters, self.settings.issuer)

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Reply:
        """Authlib's three parts of a reply, under one name."""
        return Reply(status, body, headers)

    def handle_error_response(self, request: OAuthRequest, error: OAuth2Error) -> Reply:
        """The one place where a refusal becomes a reply (RFC 6749 §5.2), with the id to find it in the log."""
        self.log_refusal(request, error)
        status, body, headers = error()
        if request_id := structlog.contextvars.get_contextvars().get("request_id"):
            body = {**body, "request_id": request_id}
        return Reply(status, body, headers)

    def log_refusal(self, request: OAuthRequest, error: OAuth2Error) -> None:
        """Tell the operator which rule refused which client, with no secret in it."""
        log.info(
            "refused",
            error=error.error,
            reason=getattr(error, "reason", error.get_error_description()),
            client_id=request.client.client_id if request.client else None,
        )
