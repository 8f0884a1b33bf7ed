"""What is wrong with a JWT that must not pass for an access token (RFC 9068 §4, RFC 8725)."""

import base64
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, RSAKey

from tests.resource_api.gatehouse import Clock, Gatehouse

GOOD_HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "key-1"}


@pytest.fixture
def strategy() -> str:
    return "jwt"


def status(api: FlaskClient, token: str) -> int:
    answer = api.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != 200:
        assert answer.json["error"] == "invalid_token"
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    return answer.status_code


def encode(part: Any) -> str:
    """One part of a JWT: bytes as they are, anything else as JSON."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def header(**changes: Any) -> dict[str, Any]:
    """The good header with changes; None takes a parameter out."""
    return {name: value for name, value in {**GOOD_HEADER, **changes}.items() if value is not None}


@pytest.mark.rfc("9068 §4")
@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_two_spellings_of_the_type_pass(api: FlaskClient, gatehouse: Gatehouse, typ: str) -> None:
    assert status(api, gatehouse.sign(gatehouse.claims(), header(typ=typ))) == 200


@pytest.mark.rfc("9068 §4")
@pytest.mark.parametrize("typ", [None, "", "JWT", "jwt", "logout+jwt", "at+jwt ", "application/jwt"])
def test_another_type_is_refused(api: FlaskClient, gatehouse: Gatehouse, typ: str | None) -> None:
    assert status(api, gatehouse.sign(gatehouse.claims(), header(typ=typ))) == 401


@pytest.mark.rfc("8725 §3.2")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(api: FlaskClient, gatehouse: Gatehouse, alg: str) -> None:
    token = f"{encode(header(alg=alg))}.{encode(gatehouse.claims())}."
    for signature in ("", "AAAA", token.split(".")[1]):
        assert status(api, token + signature) == 401


@pytest.mark.rfc("8725 §2.1")
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_the_public_key_is_no_shared_secret(api: FlaskClient, gatehouse: Gatehouse, alg: str) -> None:
    public = gatehouse.key.as_dict(private=False)
    for secret in (
        gatehouse.key.as_pem(private=False),
        json.dumps(public).encode(),
        public["x"].encode() * 2,
    ):
        assert status(api, forge(header(alg=alg), gatehouse.claims(), secret)) == 401


def forge(head: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """Sign with an HMAC by hand: joserfc refuses a public key as a secret, an attacker does not."""
    message = f"{encode(head)}.{encode(claims)}"
    return f"{message}.{encode(hmac.digest(secret, message.encode(), 'sha' + head['alg'][2:]))}"


@pytest.mark.rfc("8725 §3.1")
def test_only_the_algorithm_of_access_tokens_is_allowed(api: FlaskClient, gatehouse: Gatehouse) -> None:
    """Even with a key that the issuer publishes for something else (its RS256 key signs id_tokens)."""
    rsa = RSAKey.generate_key(2048, {"kid": "rsa-1"})
    curve = ECKey.generate_key("P-384", {"kid": "p384-1"})
    gatehouse.published_keys += [rsa.as_dict(private=False), curve.as_dict(private=False)]
    claims = gatehouse.claims()
    assert status(api, gatehouse.sign(claims, header(alg="RS256", kid="rsa-1"), rsa)) == 401
    assert status(api, gatehouse.sign(claims, header(alg="ES384", kid="p384-1"), curve)) == 401
    assert status(api, gatehouse.sign(claims)) == 200


@pytest.mark.rfc("7515 §4.1.4")
@pytest.mark.parametrize("kid", [None, "", "key-2", "../../etc/passwd", "key-1\x00", "' or 1=1", "ключ"])
def test_the_right_key_under_a_wrong_name_is_refused(
    api: FlaskClient, gatehouse: Gatehouse, kid: str | None
) -> None:
    assert status(api, gatehouse.sign(gatehouse.claims(), header(kid=kid))) == 401


@pytest.mark.rfc("7515 §4.1.4")
@pytest.mark.parametrize("kid", [7, True, ["key-1"], {"a": 1}, 1e400])
def test_a_name_of_another_type_is_refused(api: FlaskClient, gatehouse: Gatehouse, kid: Any) -> None:
    good = gatehouse.sign(gatehouse.claims()).split(".")
    assert status(api, ".".join([encode(header(kid=kid)), *good[1:]])) == 401


@pytest.mark.rfc("7515 §4.1.3")
@pytest.mark.parametrize(
    "head", [{"jwk": "own"}, {"jku": "https://evil.example/jwks"}, {"x5u": "https://evil.example/x"}]
)
def test_a_key_that_the_token_brings_along_is_not_used(
    api: FlaskClient, gatehouse: Gatehouse, head: dict[str, Any]
) -> None:
    own = ECKey.generate_key("P-256", {"kid": "key-1"})
    if "jwk" in head:
        head = {"jwk": own.as_dict(private=False)}
    assert status(api, gatehouse.sign(gatehouse.claims(), {**GOOD_HEADER, **head}, own)) == 401


@pytest.mark.rfc("7515 §4.1.11")
@pytest.mark.parametrize(
    "extension",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["urn:unknown"], "urn:unknown": True},
        {"crit": []},
        {"crit": "typ"},
        {"crit": ["kid"]},
        {"crit": ["b64"], "b64": True},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
    ],
)
def test_critical_extensions_are_refused(
    api: FlaskClient, gatehouse: Gatehouse, extension: dict[str, Any]
) -> None:
    head, payload = encode({**GOOD_HEADER, **extension}), encode(gatehouse.claims())
    assert status(api, f"{head}.{payload}.{sign_bytes(gatehouse, f'{head}.{payload}')}") == 401


def sign_bytes(gatehouse: Gatehouse, message: str) -> str:
    """An ES256 signature over exactly these characters, whatever stands in them."""
    der = gatehouse.key.private_key.sign(message.encode(), ec.ECDSA(SHA256()))
    r, s = utils.decode_dss_signature(der)
    return encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_the_hand_made_signature_is_a_good_one(api: FlaskClient, gatehouse: Gatehouse) -> None:
    """Else the tests that use it would prove nothing."""
    message = f"{encode(GOOD_HEADER)}.{encode(gatehouse.claims())}"
    assert status(api, f"{message}.{sign_bytes(gatehouse, message)}") == 200


@pytest.mark.rfc("9068 §4")
def test_a_foreign_or_damaged_signature_is_refused(api: FlaskClient, gatehouse: Gatehouse) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "key-1"})
    assert status(api, gatehouse.sign(gatehouse.claims(), key=stranger)) == 401
    head, payload, signature = gatehouse.sign(gatehouse.claims()).split(".")
    promoted = encode(gatehouse.claims() | {"scope": "profile admin:write"})
    zeros = encode(bytes(64))
    der = encode(b"\x30\x06\x02\x01\x01\x02\x01\x01")
    for damaged in (
        f"{head}.{promoted}.{signature}",
        *(f"{head}.{payload}.{s}" for s in ("", zeros, der, signature[:-4])),
    ):
        assert status(api, damaged) == 401


@pytest.mark.rfc("9068 §2.2")
@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "client_id", "scope", "exp", "iat", "jti"])
def test_every_claim_is_required(api: FlaskClient, gatehouse: Gatehouse, claim: str) -> None:
    claims = gatehouse.claims()
    del claims[claim]
    assert status(api, gatehouse.sign(claims)) == 401


@pytest.mark.rfc("7519 §4.1")
@pytest.mark.parametrize(
    "change",
    [
        {"iss": "http://evil.example"},
        {"iss": "{issuer}/"},
        {"iss": ["{issuer}"]},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"sub": {"$gt": ""}},
        {"client_id": ["web"]},
        {"aud": {"{issuer}/api": 1}},
        {"aud": [7]},
        {"aud": None},
        {"aud": "{issuer}/api/notes"},
        {"scope": ["profile"]},
        {"jti": ""},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": None},
        {"exp": float("nan")},
        {"exp": 10**30},
        {"exp": -1},
        {"iat": "now"},
        {"iat": 1e300},
        {"nbf": "now"},
        {"nbf": None},
    ],
)
def test_a_claim_of_another_shape_is_refused(
    api: FlaskClient, gatehouse: Gatehouse, change: dict[str, Any]
) -> None:
    filled = json.loads(json.dumps(change).replace("{issuer}", gatehouse.issuer))
    head, payload = encode(GOOD_HEADER), encode(gatehouse.claims() | filled)
    assert status(api, f"{head}.{payload}.{sign_bytes(gatehouse, f'{head}.{payload}')}") == 401


@pytest.mark.rfc("7519 §4.1.3")
def test_an_audience_may_be_a_single_string(api: FlaskClient, gatehouse: Gatehouse) -> None:
    assert status(api, gatehouse.sign(gatehouse.claims() | {"aud": f"{gatehouse.issuer}/api"})) == 200


@pytest.mark.rfc("7519 §4.1.5")
@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_token_from_the_future_waits_for_its_time(
    api: FlaskClient, gatehouse: Gatehouse, clock: Clock, claim: str
) -> None:
    token = gatehouse.sign(gatehouse.claims() | {claim: int(clock.now().timestamp()) + 30})
    assert status(api, token) == 401
    clock.advance(seconds=20)  # within ten seconds the two clocks may disagree
    assert status(api, token) == 200


@pytest.mark.parametrize(
    "head", [b"", b"null", b"[]", b'"at+jwt"', b"{", b"\xff", b'{"alg":' * 500, b"[" * 3000]
)
def test_a_header_that_is_no_object_is_refused(api: FlaskClient, gatehouse: Gatehouse, head: bytes) -> None:
    good = gatehouse.sign(gatehouse.claims()).split(".")
    assert status(api, ".".join([encode(head), *good[1:]])) == 401


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b"7", b"{", b"\xff\xfe", b"[" * 3000, b"1" * 5000])
def test_a_signed_payload_that_is_no_object_is_refused(
    api: FlaskClient, gatehouse: Gatehouse, payload: bytes
) -> None:
    message = f"{encode(GOOD_HEADER)}.{encode(payload)}"
    assert status(api, f"{message}.{sign_bytes(gatehouse, message)}") == 401


def test_an_opaque_token_is_refused(api: FlaskClient, gatehouse: Gatehouse) -> None:
    gatehouse.token_format = "opaque"
    assert status(api, gatehouse.issue()) == 401
