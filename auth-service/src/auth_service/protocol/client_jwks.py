"""The keys that a client registers by value (RFC 7517 §5, OIDC Registration §2): public ones, few, and sound."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

MAX_KEYS = 20
_MAX_MEMBER = 2048  # characters; an RSA modulus of 8192 bits has 1366
_RSA_BITS = range(2048, 8193)
_MAX_EXPONENT_BITS = 64  # a longer one makes each verification as dear as a signature

#: RFC 7518 §6: what makes a private or a symmetric key. None of it is ever stored.
SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
#: What is kept of a public key, by its type: the key itself, and what says how it is used.
_PUBLIC_MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_DESCRIPTION = ("kid", "use", "alg")

_KEY_TYPES = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}

#: The key types that an encrypted response can be made for (RFC 7518 §4.1), by its algorithm.
ENCRYPTION_KEYS: dict[str, tuple[tuple[str, str | None], ...]] = {
    "RSA-OAEP-256": (("RSA", None),),
    "ECDH-ES": (("EC", "P-256"), ("EC", "P-384"), ("EC", "P-521")),
}

#: The key type that a client signs with, by the algorithm (RFC 7518 §3.1, RFC 8037 §3.1).
SIGNATURE_KEYS: dict[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}


def check_jwks(jwks: dict[str, Any]) -> dict[str, Any]:
    """The set with what is kept of each key; raises ValueError. Unknown key types are left out (RFC 7517 §5)."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not keys:
        raise ValueError('must be a JWK Set: {"keys": [...]} with at least one key')
    if len(keys) > MAX_KEYS:
        raise ValueError(f"must not have more than {MAX_KEYS} keys")
    kept = [key for place, given in enumerate(keys) if (key := _check_key(given, f"keys[{place}]"))]
    if not kept:
        raise ValueError("has no key of a type that is known here: RSA, EC or OKP")
    return {"keys": kept}


def fits_encryption(key: dict[str, Any], algorithm: str) -> bool:
    """Whether responses can be encrypted to this key by this algorithm."""
    kinds = ENCRYPTION_KEYS[algorithm]
    right_type = (key["kty"], None) in kinds or (key["kty"], key.get("crv")) in kinds
    return right_type and key.get("use", "enc") == "enc" and key.get("alg", algorithm) == algorithm


def fits_signature(key: dict[str, Any], algorithm: str) -> bool:
    """Whether a signature by this algorithm can be checked with this key, which is not for something else."""
    right_type = (key["kty"], key.get("crv")) == SIGNATURE_KEYS[algorithm]
    names = (algorithm, "Ed25519") if algorithm == "EdDSA" else (algorithm,)
    return right_type and key.get("use", "sig") == "sig" and key.get("alg", algorithm) in names


def _check_key(key: Any, place: str) -> dict[str, Any] | None:
    """What is kept of one key, None for a type that is not known; raises ValueError."""
    if not isinstance(key, dict) or not isinstance(key.get("kty"), str):
        raise ValueError(f"must be a JWK Set: {place} is not a key")
    if SECRET_MEMBERS & key.keys() or key["kty"] == "oct":
        raise ValueError(
            f"must have public keys only: {place} is private or symmetric. Replace that key, it was disclosed"
        )
    if key["kty"] not in _PUBLIC_MEMBERS:
        return None
    members = ("kty", *_PUBLIC_MEMBERS[key["kty"]], *_DESCRIPTION)
    kept = {name: key[name] for name in members if name in key}
    if not all(isinstance(value, str) and len(value) <= _MAX_MEMBER for value in kept.values()):
        raise ValueError(f"must be a JWK Set: a member of {place} is too long or no string")
    if not _is_sound(kept):
        raise ValueError(f"must have valid keys: {place} is not, or too short to be safe, or too long")
    return kept


def _is_sound(key: dict[str, Any]) -> bool:
    """Whether it is a point on its curve, or a modulus and exponent of safe and bearable lengths that work."""
    bare = {name: key[name] for name in ("kty", *_PUBLIC_MEMBERS[key["kty"]]) if name in key}
    try:
        imported = _KEY_TYPES[key["kty"]].import_key(bare)  # type: ignore[attr-defined]
        KeySet([imported]).as_dict()
        return key["kty"] != "RSA" or _is_sound_rsa(imported.public_key)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return False


def _is_sound_rsa(key: RSAPublicKey) -> bool:
    """Whether the lengths are right and it encrypts, which an even modulus does not; raises ValueError if not."""
    numbers = key.public_numbers()
    if numbers.n.bit_length() not in _RSA_BITS or numbers.e.bit_length() > _MAX_EXPONENT_BITS:
        return False
    # On import nobody looks at the modulus. It would be found out when a code has been used up for the answer.
    key.encrypt(b"", OAEP(MGF1(SHA256()), SHA256(), None))
    return True
