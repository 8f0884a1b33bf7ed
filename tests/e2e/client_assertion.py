"""Assertions with which clients authenticate instead of sending a secret (RFC 7523 §2.2)."""

import secrets
import time

from joserfc import jwt
from joserfc.jwk import Key

from tests.e2e.gateway import Gateway


def sign_assertion(gateway: Gateway, client_id: str, key: Key, audience: str | None = None) -> dict[str, str]:
    """The form members that prove the client once, within a minute; the audience is the issuer by default."""
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience or gateway.url,
        "jti": gateway.used_secrets.add("jti", secrets.token_urlsafe(12)),
        "iat": now,
        "exp": now + 60,
    }
    assertion = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": gateway.used_secrets.add("client_assertion", assertion),
    }
