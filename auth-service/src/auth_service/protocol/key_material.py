"""Key pairs (RFC 7517, RFC 7518 §6, RFC 8037): made for one algorithm each, and packed for storage."""

import json
from typing import get_args

from joserfc.jwk import ECKey, JWKRegistry, Key, KeyParameters, OKPKey, RSAKey

from auth_service.settings import SigningAlgorithm

#: What this server can sign with (RFC 7518 §3.1, RFC 8037 §3.1).
ALGORITHMS: tuple[str, ...] = get_args(SigningAlgorithm)

_RSA_BITS = 2048


def generate(alg: str, kid: str) -> Key:
    """A new key pair. An RSA key takes a tenth of a second and more: not for a request that somebody waits for."""
    parameters: KeyParameters = {"kid": kid, "use": "sig", "alg": alg}
    if alg == "ES256":
        return ECKey.generate_key("P-256", parameters)
    if alg == "EdDSA":
        return OKPKey.generate_key("Ed25519", parameters)
    return RSAKey.generate_key(_RSA_BITS, parameters)


def public_jwk(key: Key) -> dict:
    """What everybody may know."""
    return key.as_dict(private=False)


def pack(key: Key) -> bytes:
    """The whole key, to be sealed."""
    return json.dumps(key.as_dict(private=True)).encode()


def unpack(packed: bytes) -> Key:
    """The key again. An RSA key takes 50 ms: to be kept."""
    return JWKRegistry.import_key(json.loads(packed))
