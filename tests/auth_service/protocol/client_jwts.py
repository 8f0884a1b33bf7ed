"""JWTs as clients make them, good and bad; one key of each kind for the whole run."""

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_KIND = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def private_key(kind: str, number: int = 0) -> Any:
    """A key of that kind; another number gives another key."""
    return _private_key(kind, number)


@cache
def _private_key(kind: str, number: int) -> Any:
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if kind == "EC" else ed25519.Ed25519PrivateKey.generate()


def jwk(kind: str, kid: str | None = None, number: int = 0, **more: str) -> dict[str, str]:
    """The public key as a client publishes it."""
    public = private_key(kind, number).public_key()
    if kind == "OKP":
        key = {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes(Encoding.Raw, PublicFormat.Raw))}
    elif kind == "EC":
        numbers = public.public_numbers()
        key = {
            "kty": "EC",
            "crv": "P-256",
            "x": b64(numbers.x.to_bytes(32)),
            "y": b64(numbers.y.to_bytes(32)),
        }
    else:
        numbers = public.public_numbers()
        key = {"kty": "RSA", "n": b64(numbers.n.to_bytes(256)), "e": "AQAB"}
    return key | ({"kid": kid} if kid else {}) | more


def even_rsa(**more: str) -> dict[str, str]:
    """An RSA key that every length fits, and that nothing can be encrypted to: its modulus is even."""
    modulus = private_key("RSA").public_key().public_numbers().n - 1
    return {"kty": "RSA", "n": b64(modulus.to_bytes(256)), "e": "AQAB"} | more


def jwks(*keys: dict[str, str]) -> dict[str, Any]:
    return {"keys": list(keys or (jwk("RSA", "rsa"), jwk("EC", "ec"), jwk("OKP", "okp")))}


def pem(kind: str) -> bytes:
    """The public key as a file: what key confusion takes for an HMAC's secret."""
    return private_key(kind).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signature(alg: str, text: bytes, key: Any) -> bytes:
    if alg == "none":
        return b""
    if alg == "HS256":
        return hmac.digest(key, text, hashlib.sha256)
    if alg == "EdDSA":
        return key.sign(text)
    if alg == "ES256":
        r, s = decode_dss_signature(key.sign(text, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)
    scheme = padding.PKCS1v15() if alg == "RS256" else padding.PSS(padding.MGF1(SHA256()), 32)
    return key.sign(text, scheme, SHA256())


def encode(claims: Any, alg: str = "ES256", key: Any = None, **header: Any) -> str:
    """A compact JWS, with the `kid` of `jwks()` unless another is given; a header of None is left out."""
    kind = _KIND.get(alg)
    if key is None and kind:
        key = private_key(kind)
    members = {"alg": alg, "kid": kind.lower() if kind else None} | header
    content = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    members = {name: value for name, value in members.items() if value is not None}
    text = f"{b64(json.dumps(members).encode())}.{b64(content)}"
    return f"{text}.{b64(signature(alg, text.encode(), key))}"
