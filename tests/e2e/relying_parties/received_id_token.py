"""The check that a client makes of an id_token whose library does not (OIDC Core §3.1.3.7)."""

import base64
import hashlib
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.e2e.gateway import Gateway


def check(
    gateway: Gateway, id_token: str, client_id: str, nonce: str | None, algorithm: str
) -> dict[str, Any]:
    """The claims; raises JoseError unless it was signed for this client, by a published key, in this algorithm."""
    keys = KeySet.import_key_set(gateway.get("/oauth/jwks").json())
    token = jwt.decode(id_token, keys, algorithms=[algorithm])
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": gateway.url},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce} if nonce else {},
    )
    rules.validate(token.claims)
    return token.claims


def half_hash(value: str, algorithm: str = "sha256") -> str:
    """What `at_hash` and `c_hash` are of an access token or code (OIDC Core §3.1.3.6, §3.3.2.11)."""
    digest = hashlib.new(algorithm, value.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
