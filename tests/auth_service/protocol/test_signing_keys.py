"""Signing keys: their rotation on an injected clock, and how they are stored."""

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from auth_service.clock import FrozenClock
from auth_service.models import SigningKey
from auth_service.protocol.signing_keys import JWKS_MAX_AGE, KeysUnreadable, SigningKeys
from tests.auth_service.conftest import START


@pytest.fixture
def clock():
    return FrozenClock(START)


@pytest.fixture
def keys(make_app, make_settings, clock):
    """The key ring of a database of its own."""
    settings = make_settings()
    make_app(settings)
    SigningKey.objects.delete()
    ring = SigningKeys(settings, clock)
    ring.create_missing()
    return ring


def kids(ring):
    return {key["kid"] for key in ring.jwks()["keys"]}


def test_one_of_each_algorithm_on_the_first_start_and_no_more(keys):
    keys.create_missing()
    assert sorted(key.alg for key in SigningKey.objects) == ["ES256", "RS256"]


def test_a_new_key_is_published_before_it_signs(keys, clock):
    old = keys.signing_key("ES256").kid
    [new] = [key.kid for key in keys.rotate() if key.alg == "ES256"]
    assert {old, new} <= kids(keys)
    assert keys.signing_key("ES256").kid == old
    clock.advance(seconds=JWKS_MAX_AGE)
    assert keys.signing_key("ES256").kid == new


def test_an_old_key_is_published_until_its_signatures_have_expired(keys, clock):
    old = keys.signing_key("RS256")
    token = jwt.encode({"alg": "RS256", "kid": old.kid}, {"sub": "x"}, old, ["RS256"])
    keys.rotate()
    clock.advance(seconds=JWKS_MAX_AGE + 3599)
    assert jwt.decode(token, KeySet.import_key_set(keys.jwks()), ["RS256"]).claims == {"sub": "x"}
    clock.advance(seconds=1)
    assert old.kid not in kids(keys)


def test_rotating_twice_does_not_pile_up_keys(keys):
    first, second = keys.rotate(), keys.rotate()
    assert {key.kid for key in first} == {key.kid for key in second}


def test_private_keys_are_stored_encrypted(keys, make_settings):
    for document in SigningKey.objects:
        raw = bytes(document.encrypted_private_key)
        assert b'"d"' not in raw
        assert "d" not in json.loads(json.dumps(document.public_jwk))
    other = base64.urlsafe_b64encode(b"x" * 32).decode()
    stranger = SigningKeys(make_settings(key_encryption_key=other), FrozenClock(START))
    with pytest.raises(KeysUnreadable):
        stranger.signing_key("ES256")
