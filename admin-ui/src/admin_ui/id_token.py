"""Which id_tokens are believed (OpenID Connect Core 1.0 §3.1.3.7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ["ES256", "RS256"]
CLOCK_SKEW = 60  # seconds


class LoginRefused(Exception):
    """The sign-in cannot be accepted; the message is for the log and names the rule."""


@dataclass(frozen=True)
class IdTokenRules:
    """Whose tokens are believed, for whom, and where the keys are: `keys(True)` fetches them again."""

    issuer: str
    client_id: str
    keys: Callable[[bool], KeySet]

    def check(self, id_token: str | None, nonce: str, access_token: str, now: int) -> dict[str, Any]:
        """The claims: signed by a published key, for us, in time, for this attempt; raises LoginRefused."""
        if not id_token:
            raise LoginRefused("no id_token")
        try:
            token = self._decode(id_token)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                params={"nonce": nonce, "client_id": self.client_id, "access_token": access_token},
            )
            claims.validate(now=now, leeway=CLOCK_SKEW)
        except (JoseError, ValueError) as error:
            raise LoginRefused(f"id_token: {error}") from error
        return dict(claims)

    def _decode(self, id_token: str) -> jwt.Token:
        """Check the signature by the key that `kid` names; after a rotation it is in a newer set."""
        try:
            return jwt.decode(id_token, self.keys(False), ALGORITHMS)
        except JoseError:
            return jwt.decode(id_token, self.keys(True), ALGORITHMS)
