"""Client authentication (RFC 6749 §2.3, OIDC Core §9), the same at every endpoint."""

import base64
import binascii
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from auth_service.models import Client
from auth_service.protocol import client_assertion
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.client_jwt import ClientJwt
from auth_service.protocol.errors import InvalidClient, InvalidRequest
from auth_service.protocol.request import OAuthRequest

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

USE_NOTED_EVERY = timedelta(hours=1)

METHODS = ("client_secret_basic", "client_secret_post", *client_assertion.ALGORITHMS, "none")
#: Those that prove something.
CONFIDENTIAL_METHODS = METHODS[:-1]


class ClientAuthentication:
    """Tells which client is calling. It has the call signature of Authlib's class of this name."""

    def __init__(self, server: "AuthorizationServer") -> None:
        self._server = server

    def __call__(
        self, request: OAuthRequest, methods: list[str], endpoint: str = "token"
    ) -> RegisteredClient:
        """The authenticated client; raises InvalidClient, or InvalidRequest for two methods at once."""
        if (assertion := client_assertion.read(request)) is not None:
            method, client = self._by_assertion(*assertion, request, endpoint)
        else:
            method, client = self._by_secret(request, endpoint)
        if method not in methods:
            raise InvalidClient(f"{method} is not enough at the {endpoint} endpoint")
        request.auth_method = method
        return client

    def _find(self, client_id: str, request: OAuthRequest, endpoint: str) -> RegisteredClient:
        """The client; raises InvalidClient.

        People's tokens are given to a client as it is now, its own as it just was; asking about them or giving them
        back can rest on memory.
        """
        clients = self._server.clients
        if endpoint != "token":
            client = clients.find(client_id)
        elif request.get("grant_type") == "client_credentials":
            client = clients.find_just_now(client_id)
        else:
            client = clients.read(client_id)
        if client is None:
            raise InvalidClient("no such client, or it is disabled")
        return client

    def _by_assertion(
        self, client_id: str, token: ClientJwt, request: OAuthRequest, endpoint: str
    ) -> tuple[str, RegisteredClient]:
        """RFC 7521 §4.2: an assertion comes alone."""
        if request.headers.get("Authorization") is not None or request.get("client_secret") is not None:
            raise InvalidRequest("Client credentials came in more than one way")
        client = self._find(client_id, request, endpoint)
        return client_assertion.check(self._server, client, token, request), client

    def _by_secret(self, request: OAuthRequest, endpoint: str) -> tuple[str, RegisteredClient]:
        """RFC 6749 §2.3.1; or the bare `client_id` of a public client."""
        method, client_id, secret = self._read_credentials(request)
        client, now = self._find(client_id, request, endpoint), self._server.clock.now()
        known = None if secret is None else client.matching_secret(secret, now)
        if secret is not None and known is None:
            # Perhaps it is newer than what is remembered.
            client = self._server.clients.read(client_id) or client
            known = client.matching_secret(secret, now)
            if known is None:
                raise InvalidClient("wrong secret")
        if not client.check_endpoint_auth_method(method, endpoint):
            registered = client.token_endpoint_auth_method
            # Whoever knows the secret may be told; to anyone else it is the same refusal as any other.
            told = f"This client is registered for {registered}" if secret else "Client authentication failed"
            raise InvalidClient(f"used {method}, registered for {registered}", told)
        if known is not None:
            self._note_use(client_id, known)
        return method, client

    def _note_use(self, client_id: str, secret: dict[str, Any]) -> None:
        """Once an hour: a write a request would cost more than the knowledge is worth."""
        now, last = self._server.clock.now(), secret.get("last_used_at")
        if last is None or now - last >= USE_NOTED_EVERY:
            Client.note_use(client_id, secret["hash"], now)
            self._server.clients.forget(client_id)

    def _read_credentials(self, request: OAuthRequest) -> tuple[str, str, str | None]:
        """Which method, client and secret were presented; exactly one method may be."""
        authorization = request.headers.get("Authorization")
        client_id, secret = request.get("client_id"), request.get("client_secret")
        if authorization is not None:
            basic_id, basic_secret = decode_basic(authorization)
            if secret is not None or client_id not in (None, basic_id):
                raise InvalidRequest(
                    "Client credentials came both in the Authorization header and in the body"
                )
            return "client_secret_basic", basic_id, basic_secret
        if client_id is None:
            raise InvalidClient("no client_id and no Authorization header")
        if secret is not None:
            return "client_secret_post", client_id, secret
        return "none", client_id, None


def decode_basic(authorization: str) -> tuple[str, str]:
    """RFC 6749 §2.3.1: id and secret, each form-urlencoded; raises InvalidClient for anything else."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("Authorization scheme is not Basic")
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise InvalidClient("Basic credentials are not base64 of UTF-8") from None
    client_id, colon, secret = decoded.partition(":")
    if not colon or not client_id or not secret:
        raise InvalidClient("Basic credentials lack an id or a secret")
    return unquote_plus(client_id), unquote_plus(secret)
