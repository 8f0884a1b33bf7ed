"""JWTs that this server signs (RFC 7519, RFC 7515), and the check that it signed one.

A JWT is told by its `typ` and claims what it is for; one kind never passes for another (RFC 8725 §3.11).
"""

from typing import TYPE_CHECKING, Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

if TYPE_CHECKING:
    from joserfc._rfc7515.model import JWSAlgModel

    from auth_service.protocol.server import AuthorizationServer

_MAX_LENGTH = 16 * 1024


class Signatures(JWSRegistry):
    """The algorithms allowed for one JWT. `EdDSA` is what clients register; joserfc warns that RFC 9864 renamed it."""

    def get_alg(self, name: str) -> "JWSAlgModel":
        """The algorithm of that name; raises UnsupportedAlgorithmError if it is not allowed."""
        if name == "EdDSA" and name in (self.allowed or ()):
            return self.algorithms[name]
        return super().get_alg(name)


class NotOurs(Exception):
    """This server did not sign it, or not with a key that it still stands by. Says which rule refused it."""


def sign(server: "AuthorizationServer", alg: str, claims: dict[str, Any], typ: str = "JWT") -> str:
    """The claims signed with the current key of the algorithm."""
    key = server.keys.signing_key(alg)
    header = {"alg": alg, "typ": typ, "kid": key.kid}
    return jwt.encode(header, claims, key, registry=Signatures(algorithms=[alg]))


def verify(server: "AuthorizationServer", text: str, typ: str = "JWT") -> dict[str, Any]:
    """The claims of a JWT of that type that this server signed, whatever they say; raises NotOurs.

    The key is chosen by `kid` among those that were not revoked and used with its own algorithm alone, so that neither
    `none` nor an HMAC with the public key (RFC 8725 §3.1) gets as far as a signature.
    """
    if len(text) > _MAX_LENGTH:
        raise NotOurs("too long")
    try:
        header = jws.extract_compact(text.encode("ascii")).headers()
        key = server.keys.known().get_by_kid(str(header.get("kid")))
        if header.get("alg") != key.alg:
            raise NotOurs("not the key's algorithm")
        if "crit" in header or header.get("typ", "JWT") != typ:
            raise NotOurs("another kind of JWT")
        return jwt.decode(text, key, registry=Signatures(algorithms=[header["alg"]])).claims
    except (JoseError, ValueError, TypeError) as error:
        raise NotOurs(type(error).__name__) from None
