"""JWTs that clients sign: read, and checked with their keys (RFC 7519, RFC 8725).

What a JWT claims before its signature was checked says at most whose it pretends to be.
"""

import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from auth_service.protocol.client_keys import NoClientKey, verification_key_of
from auth_service.protocol.signed_jwt import Signatures

if TYPE_CHECKING:
    from auth_service.protocol.client import RegisteredClient
    from auth_service.protocol.server import AuthorizationServer

#: What clients may sign with their private keys.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
#: How far a client's clock may be from ours.
SKEW = timedelta(seconds=30)
MAX_LENGTH = 48 * 1024


class BadClientJwt(Exception):
    """A client's JWT is not good. `reason` names the rule that refused it and repeats nothing that was sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ClientSignatures(Signatures):
    """Headers that we do not know are ignored (RFC 7515 §4), as long as `crit` does not forbid it."""

    max_header_length = 4096

    def __init__(self, alg: str) -> None:
        super().__init__(algorithms=[alg], strict_check_header=False)


@dataclass(frozen=True)
class ClientJwt:
    """A JWT as it came; nothing of it is proven."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]

    @property
    def alg(self) -> str:
        """The algorithm that it names."""
        return self.header["alg"]

    @property
    def is_signed(self) -> bool:
        """Whether there is anything where the signature belongs."""
        return not self.text.endswith(".")


def parse(text: str, types: tuple[str, ...]) -> ClientJwt:
    """Read a JWS in compact form. `types`: the values of `typ` for its purpose; none and "JWT" will do as well.

    Raises BadClientJwt, also for every `crit`: there is no extension that we understand (RFC 7515 §4.1.11).
    """
    if len(text) > MAX_LENGTH:
        raise BadClientJwt("too long")
    try:
        parsed = jws.extract_compact(text.encode("ascii"), registry=ClientSignatures("none"))
        header, claims = parsed.headers(), json.loads(parsed.payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise BadClientJwt("not a JWS in compact form") from None
    if not isinstance(claims, dict) or not isinstance(header.get("alg"), str):
        raise BadClientJwt("not a JWT")
    if "crit" in header:
        raise BadClientJwt("has a crit header")
    typ = header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in ("jwt", *types):
        raise BadClientJwt("typ is that of another kind of JWT")
    if not isinstance(header.get("kid", ""), str):
        raise BadClientJwt("kid is not a string")
    return ClientJwt(text, header, claims)


def verify(
    server: "AuthorizationServer", client: "RegisteredClient", token: ClientJwt, registered: str | None
) -> None:
    """Check the signature with the client's key: by the algorithm that it registered, or by any of ours.

    Raises BadClientJwt. Only algorithms with public keys get here, so that none of them is ever taken for the
    key of a MAC (RFC 8725 §2.1).
    """
    if token.alg not in ALGORITHMS:
        raise BadClientJwt("alg is not one that clients sign with")
    if registered is not None and token.alg != registered:
        raise BadClientJwt(f"signed by {token.alg}, registered for {registered}")
    try:
        key = verification_key_of(server.remote_documents, client, token.alg, token.header.get("kid"))
    except NoClientKey as error:
        raise BadClientJwt(error.reason) from None
    check_signature(token, key)


def check_signature(token: ClientJwt, key: Key) -> None:
    """Raises BadClientJwt unless the signature is this key's by the algorithm that the JWT names."""
    if not is_signed_with(token, key):
        raise BadClientJwt("the signature is not good")


def is_signed_with(token: ClientJwt, key: Key) -> bool:
    """Whether the signature is this key's by the algorithm that the JWT names."""
    try:
        jws.deserialize_compact(token.text, key, registry=ClientSignatures(token.alg))
    except (JoseError, ValueError, TypeError):
        return False
    return True


def numeric_date(claims: dict[str, Any], name: str) -> float | None:
    """A claim of time in seconds since the epoch (RFC 7519 §2), None if absent; raises BadClientJwt."""
    value = claims.get(name)
    if value is None:
        return None
    # Python's JSON knows NaN, which is neither before nor after anything, and integers that are no float any more.
    is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if isinstance(value, bool) or not is_number:
        raise BadClientJwt(f"{name} is not a number of seconds")
    return value


def check_times(claims: dict[str, Any], now: datetime) -> None:
    """RFC 7519 §4.1.4 to §4.1.6, for the claims that are there; raises BadClientJwt."""
    seconds, skew = now.timestamp(), SKEW.total_seconds()
    expires, begins, issued = (numeric_date(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is not None and expires <= seconds - skew:
        raise BadClientJwt("expired")
    if begins is not None and begins > seconds + skew:
        raise BadClientJwt("not yet valid")
    if issued is not None and issued > seconds + skew:
        raise BadClientJwt("issued in the future")


def audiences(claims: dict[str, Any]) -> list[str]:
    """RFC 7519 §4.1.3: one string, or a list of them; raises BadClientJwt."""
    aud = claims.get("aud")
    found = [aud] if isinstance(aud, str) else aud
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadClientJwt("aud is not a string or a list of strings")
    return found
