"""Local verification of JWT access tokens (RFC 9068): no request and no database read for each token.

What it cannot see, since nobody is asked: that a token was revoked before it expired, and that its client or
its person was disabled or deleted meanwhile. Give tokens for such an API a short life. It needs clients whose
`access_token_format` is `jwt`; opaque tokens are refused.
"""

from datetime import timedelta
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol
from joserfc.jws import JWSRegistry

from resource_api.clock import Clock
from resource_api.introspection.introspection import Introspection, moment
from resource_api.introspection.signing_keys import SigningKeys

log = structlog.get_logger()

#: Fixed here, never taken from the token: that is how `none` and HMAC with the public key get in.
ALGORITHM = "ES256"
TYPES = ("at+jwt", "application/at+jwt")
#: How far the authorization server's clock may be ahead of ours; expiry is not stretched by it.
CLOCK_SKEW = timedelta(seconds=10)


class JWTIntrospector:
    """Verifies signature, type, issuer and times with the issuer's published keys."""

    blind_spots = (
        "It verifies JWT access tokens by itself and cannot see that a token was revoked before it expired, "
        "nor that its client or person was disabled or deleted meanwhile. Opaque tokens are refused."
    )

    def __init__(self, issuer: str, keys: SigningKeys, clock: Clock) -> None:
        self.issuer = issuer
        self.keys = keys
        self.clock = clock
        self.registry = JWSRegistry(algorithms=[ALGORITHM])

    def introspect(self, token: str) -> Introspection | None:
        """None when anything about the token is wrong; raises IntrospectionUnavailable without keys."""
        try:
            claims = jwt.decode(token, self.find_key, [ALGORITHM], self.registry).claims
            self.check_claims(claims)
            return Introspection.from_claims(claims)
        except (JoseError, KeyError, TypeError, ValueError, RecursionError) as error:
            # A JoseError's text may repeat what the token says: its code is enough.
            log.info("jwt_refused", rule=error.error if isinstance(error, JoseError) else str(error))
            return None

    def find_key(self, signature: GuestProtocol) -> ECKey:
        """Check the protected header, then find its key by `kid`; ValueError or KeyError refuse the token."""
        header = signature.headers()
        if str(header.get("typ")).lower() not in TYPES:
            raise ValueError("not an access token")  # RFC 9068 §4: an id_token must not pass for one
        if header.get("alg") != ALGORITHM or "crit" in header or "b64" in header:
            raise ValueError("header not supported")  # RFC 7515 §4.1.11: no extension is understood here
        return self.keys.find(header["kid"])

    def check_claims(self, claims: dict[str, Any]) -> None:
        """RFC 9068 §4 and RFC 7519 §4.1, all but expiry and audience, which every strategy shares."""
        if claims["iss"] != self.issuer:
            raise ValueError("another issuer's token")
        latest = self.clock.now() + CLOCK_SKEW
        if moment(claims["iat"]) > latest or moment(claims.get("nbf", 0)) > latest:
            raise ValueError("not valid yet")
        if not claims["jti"]:
            raise ValueError("no jti")
