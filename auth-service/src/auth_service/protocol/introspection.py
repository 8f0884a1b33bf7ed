"""Token introspection (RFC 7662): two reads by id at most, no hydration; the client's is usually remembered."""

from datetime import datetime
from typing import Any

from authlib.consts import default_json_headers
from authlib.oauth2.rfc6749.endpoint import Endpoint

from auth_service.models import AccessToken, RefreshToken
from auth_service.models.secret import hash_secret
from auth_service.protocol import refresh_token
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.client_authentication import CONFIDENTIAL_METHODS
from auth_service.protocol.offline_access import outlives_session
from auth_service.protocol.reply import Reply
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.subject import subject_for

_FIELDS = dict.fromkeys(("client_id", "sub", "client_sub", "scope", "aud", "issued_at", "expires_at"), 1)
_REFRESH_FIELDS = _FIELDS | dict.fromkeys(("offline", "session_id"), 1)


class IntrospectionEndpoint(Endpoint):
    """`POST /oauth/introspect`. Hints are ignored (RFC 7662 §2.1 allows it): the token's prefix says more."""

    ENDPOINT_NAME = "introspection"
    #: RFC 7662 §2.1: the caller must be authorized, so a public client cannot ask.
    CLIENT_AUTH_METHODS = list(CONFIDENTIAL_METHODS)

    def __call__(self, request: OAuthRequest) -> Reply:
        """Authenticate the caller, look the token up, say what it may know."""
        request.reject_repeated()
        client = self.server.authenticate_client(request, self.CLIENT_AUTH_METHODS, self.ENDPOINT_NAME)
        token = self.find_token(request.require("token"))
        body: dict[str, Any] = {"active": False}
        if token is not None and may_see(client, token):
            body = self.describe(client, token)
            if not is_refresh_token(request.require("token")):
                # Left out for refresh tokens, so that no API takes one for an access token.
                body |= {"token_type": "Bearer", "aud": token["aud"]}
        return Reply(200, body, default_json_headers)

    def find_token(self, token: str) -> dict[str, Any] | None:
        """The token's record if it is good at this moment, else None."""
        now = self.server.clock.now()
        if is_refresh_token(token):
            found = find_refresh_token(hash_secret(token), now)
        else:
            found = AccessToken._get_collection().find_one({"_id": hash_secret(token)}, _FIELDS)
        if found is None or found["expires_at"] <= now:
            return None
        # A token that was being made while its client was disabled or deleted has escaped the revocation.
        return found if self.server.clients.find(found["client_id"]) else None

    def describe(self, client: RegisteredClient, token: dict[str, Any]) -> dict[str, Any]:
        """RFC 7662 §2.2. A client's own token has the client as its subject (RFC 9068 §5).

        Others get the subject that they know; a resource server the real one, since it must know whose data it is,
        and beside it `client_sub`, by which it may name the person to a client with pairwise subjects.
        """
        sub, more = token.get("sub"), {}
        if client.resource_server is not True:
            sub = subject_for(self.server, client, sub) if sub is not None else None
        elif "client_sub" in token:
            more = {"client_sub": token["client_sub"]}
        return {
            **more,
            "active": True,
            "client_id": token["client_id"],
            "scope": token["scope"],
            "sub": sub or token["client_id"],
            "iss": self.server.settings.issuer,
            "iat": int(token["issued_at"].timestamp()),
            "exp": int(token["expires_at"].timestamp()),
        }


def is_refresh_token(token: str) -> bool:
    """Told by its prefix."""
    return token.startswith(refresh_token.PREFIX)


def find_refresh_token(token_id: str, now: datetime) -> dict[str, Any] | None:
    """The token's record; None also for one that would not be taken: used before, or its session is over."""
    found = RefreshToken._get_collection().find_one({"_id": token_id, "rotated_at": None}, _REFRESH_FIELDS)
    if found is None or not outlives_session(found["offline"], found["session_id"], now):
        return None
    return found


def may_see(client: RegisteredClient, token: dict[str, Any]) -> bool:
    """RFC 7662 §4: a resource server may ask about every token, other clients about their own."""
    return client.resource_server is True or token["client_id"] == client.client_id
