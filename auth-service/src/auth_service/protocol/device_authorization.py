"""The device authorization endpoint (RFC 8628 §3.1, §3.2): where a device without a browser begins."""

from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

from authlib.consts import default_json_headers
from authlib.oauth2.rfc6749.endpoint import Endpoint
from mongoengine import NotUniqueError

from auth_service.models import DeviceCode
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol import offline_access
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.client_authentication import METHODS
from auth_service.protocol.errors import UnauthorizedClient
from auth_service.protocol.profile import DEVICE_CODE
from auth_service.protocol.reply import Reply
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.user_code import generate_user_code, hash_user_code

PATH = "/oauth/device_authorization"
VERIFICATION_PATH = "/device"

PREFIX = "gdc_"
#: Between two polls, and what is added for one that comes too early (RFC 8628 §3.5).
INTERVAL = timedelta(seconds=5)


class DeviceAuthorizationEndpoint(Endpoint):
    """`POST /oauth/device_authorization`."""

    ENDPOINT_NAME = "device_authorization"

    def __call__(self, request: OAuthRequest) -> Reply:
        """Authenticate the client, check the scope, hand out the two codes."""
        request.reject_repeated()
        client = self.server.authenticate_client(request, list(METHODS), self.ENDPOINT_NAME)
        request.client = client
        if not client.check_grant_type(DEVICE_CODE):
            raise UnauthorizedClient("This client is not registered for the device grant")
        # The person is asked each time, so that offline access is theirs to give (OIDC Core §11).
        scope = offline_access.honoured(client.allowed_scope(request.get("scope")), client, is_asked=True)
        device_code = generate_secret(PREFIX)
        user_code = self.store(device_code, client, scope)
        return Reply(200, self.describe(device_code, user_code), default_json_headers)

    def store(self, device_code: str, client: RegisteredClient, scope: list[str]) -> str:
        """Record the device code with a new user code; returns that one. Neither can be read from the record."""
        now, lifetime = self.server.clock.now(), self.server.settings.device_code_lifetime
        while True:
            user_code = generate_user_code()
            with suppress(
                NotUniqueError
            ):  # another device shows it at this time: one in thousands of millions
                DeviceCode(
                    id=hash_secret(device_code),
                    user_code=hash_user_code(self.server, user_code),
                    client_id=client.client_id,
                    scope=" ".join(scope),
                    interval=int(INTERVAL.total_seconds()),
                    issued_at=now,
                    expires_at=now + lifetime,
                    # Until then it is told that it came too late, and not that there is no such code.
                    purge_at=now + 2 * lifetime,
                ).save(force_insert=True)
                return user_code

    def describe(self, device_code: str, user_code: str) -> dict[str, str | int]:
        """RFC 8628 §3.2."""
        verification_uri = self.server.settings.issuer + VERIFICATION_PATH
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": verification_uri,
            "verification_uri_complete": f"{verification_uri}?{urlencode({'user_code': user_code})}",
            "expires_in": int(self.server.settings.device_code_lifetime.total_seconds()),
            "interval": int(INTERVAL.total_seconds()),
        }
