"""PKCE (RFC 7636), S256 only: `plain` protects from nobody who sees the request."""

import hmac
import re

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.errors import InvalidGrant, InvalidRequest
from auth_service.protocol.request import OAuthRequest

METHODS = ("S256",)

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def check_challenge(request: OAuthRequest, client: RegisteredClient) -> None:
    """RFC 7636 §4.3: a well-formed S256 challenge, from everyone who must send one."""
    challenge, method = request.get("code_challenge"), request.get("code_challenge_method")
    if challenge is None:
        if client.is_public or client.profile.pkce_required:
            raise InvalidRequest("Missing parameter: code_challenge")
        if method is not None:
            raise InvalidRequest("code_challenge_method without code_challenge")
        return
    if method not in METHODS:
        # An omitted method means `plain` (RFC 7636 §4.3).
        raise InvalidRequest("code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("code_challenge must be 43 characters of base64url")


def check_verifier(request: OAuthRequest, challenge: str | None) -> None:
    """RFC 7636 §4.6; RFC 9700 §4.8.2: a verifier without a challenge is refused too."""
    verifier = request.get("code_verifier")
    if challenge is None:
        if verifier is not None:
            raise InvalidRequest(
                "code_verifier was sent, but the authorization request had no code_challenge"
            )
        return
    if verifier is None:
        raise InvalidRequest("Missing parameter: code_verifier")
    if not _VERIFIER.fullmatch(verifier):
        raise InvalidRequest("code_verifier must be 43 to 128 unreserved characters")
    if not hmac.compare_digest(create_s256_code_challenge(verifier), challenge):
        raise InvalidGrant("code_verifier does not match the code_challenge")
