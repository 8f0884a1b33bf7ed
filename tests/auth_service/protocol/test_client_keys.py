"""Clients' keys by value and by reference (OIDC Core §10.1.1), fetched anew on an unknown kid."""

import json
import time
from types import SimpleNamespace

import pytest

from auth_service.protocol import client_keys
from auth_service.protocol.client_keys import NoClientKey, encryption_key_of, keys_of, verification_key_of
from auth_service.protocol.remote_document import RemoteDocuments
from tests.auth_service.protocol.client_jwts import jwk, jwks, private_key
from tests.auth_service.protocol.remote_server import reply, serving


@pytest.fixture
def host():
    """The client's host, which publishes the keys that a test gives it."""
    with serving() as found:
        found.publish = lambda *keys: setattr(
            found, "answer", lambda h: reply(h, json.dumps(jwks(*keys)).encode())
        )
        yield found


@pytest.fixture
def documents(clock):
    """The fetcher of keys."""
    return RemoteDocuments(SimpleNamespace(demo=True, web_threads=8), clock)


@pytest.fixture
def clock(session_clock):
    start = session_clock.moment
    yield session_clock
    session_clock.moment = start


def registered(jwks=None, jwks_uri=None):
    return SimpleNamespace(client_id="c", jwks=jwks, jwks_uri=jwks_uri)


@pytest.mark.rfc("OIDC Core §10.1.1")
def test_an_unknown_kid_fetches_the_keys_anew_but_not_again_and_again(documents, host, clock):
    client = registered(jwks_uri=host.url("/jwks"))
    host.publish(jwk("EC", "first"))
    for _ in range(3):
        assert verification_key_of(documents, client, "ES256", "first").kid == "first"
    assert len(host.requests) == 1
    host.publish(jwk("EC", "first"), jwk("EC", "second", 1))
    assert verification_key_of(documents, client, "ES256", "second").kid == "second"
    assert len(host.requests) == 2
    for number in range(20):
        with pytest.raises(NoClientKey):
            verification_key_of(documents, client, "ES256", f"guess-{number}")
    assert len(host.requests) == 2
    clock.advance(seconds=10)
    with pytest.raises(NoClientKey):
        verification_key_of(documents, client, "ES256", "guess")
    assert len(host.requests) == 3


@pytest.mark.rfc("OIDC Core §10.1.1")
def test_a_key_that_was_withdrawn_is_forgotten_within_the_hour(documents, host, clock):
    client = registered(jwks_uri=host.url("/jwks"))
    host.publish(jwk("EC", "first"))
    verification_key_of(documents, client, "ES256", "first")
    host.publish(jwk("EC", "second", 1))
    clock.advance(hours=1)
    with pytest.raises(NoClientKey):
        verification_key_of(documents, client, "ES256", "first")


def test_a_host_that_is_down_does_not_take_known_keys_away(documents, host, clock):
    client = registered(jwks_uri=host.url("/jwks"))
    host.publish(jwk("EC", "first"))
    verification_key_of(documents, client, "ES256", "first")
    host.answer = lambda h: reply(h, b"", 500)
    with pytest.raises(NoClientKey, match="answered 500"):
        verification_key_of(documents, client, "ES256", "other")
    assert verification_key_of(documents, client, "ES256", "first").kid == "first"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"5", b"{}", b'{"keys": 5}', b"\xff", b"[" * 10_000, b'{"keys": {"a": 1}}']
)
def test_what_is_no_jwk_set(documents, host, content):
    host.answer = lambda h: reply(h, content)
    with pytest.raises(NoClientKey):
        keys_of(documents, registered(jwks_uri=host.url("/jwks")), None)


@pytest.mark.rfc("7517 §5")
def test_keys_that_cannot_be_used_are_left_out(documents, host):
    weak = {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "weak"}
    private = jwk("EC", "private") | {"d": "AAAA"}
    odd = [
        {"kty": "PQC", "kid": "odd"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        jwk("EC", "tls") | {"use": "tls"},
        {},
        None,
        5,
        "x",
    ]
    host.answer = lambda h: reply(
        h,
        json.dumps({"keys": [weak, private, {"kty": "oct", "k": "AAAA"}, *odd, jwk("EC", "good")]}).encode(),
    )
    assert [key.kid for key in keys_of(documents, registered(jwks_uri=host.url("/jwks")), None)] == ["good"]


def test_no_keys_at_all(documents):
    with pytest.raises(NoClientKey, match="no keys"):
        keys_of(documents, registered(), None)
    assert encryption_key_of(documents, registered(), "ECDH-ES") is None


@pytest.mark.rfc("7517 §4.2")
@pytest.mark.parametrize(
    ("key", "alg", "fits"),
    [
        (jwk("EC"), "ES256", True),
        (jwk("EC", use="sig", alg="ES256"), "ES256", True),
        (jwk("EC", use="enc"), "ES256", False),
        (jwk("EC", alg="ECDH-ES"), "ES256", False),
        (jwk("RSA", alg="RS256"), "PS256", False),
        (jwk("RSA"), "PS256", True),
        (jwk("RSA"), "ES256", False),
        (jwk("OKP"), "EdDSA", True),
        (jwk("OKP", alg="Ed25519"), "EdDSA", True),
        (jwk("OKP"), "ES256", False),
    ],
)
def test_a_key_is_used_for_what_it_is(documents, key, alg, fits):
    if fits:
        assert verification_key_of(documents, registered(jwks=jwks(key)), alg, None)
    else:
        with pytest.raises(NoClientKey):
            verification_key_of(documents, registered(jwks=jwks(key)), alg, None)


@pytest.mark.rfc("OIDC Core §10.2")
def test_the_key_for_encryption(documents, host):
    host.publish(
        jwk("EC", "signs", use="sig"), jwk("OKP", "okp"), jwk("EC", "ec", 1, use="enc"), jwk("RSA", "rsa")
    )
    client = registered(jwks_uri=host.url("/jwks"))
    assert encryption_key_of(documents, client, "ECDH-ES").kid == "ec"
    assert encryption_key_of(documents, client, "RSA-OAEP-256").kid == "rsa"
    host.publish(jwk("EC", "signs", use="sig"))
    other = registered(jwks_uri=host.url("/other"))
    assert encryption_key_of(documents, other, "ECDH-ES") is None
    assert encryption_key_of(documents, other, "RSA-OAEP-256") is None


def test_an_rsa_key_is_imported_once(documents, monkeypatch):
    private_key("RSA")
    client_keys.import_keys.cache_clear()
    client = registered(jwks=jwks())
    first = keys_of(documents, client, None)
    began = time.perf_counter()
    assert keys_of(documents, client, None) is first
    assert time.perf_counter() - began < 0.05
