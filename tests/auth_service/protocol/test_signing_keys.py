"""Signing keys: made for each algorithm, stored encrypted, published, and read without ado."""

import json
import threading

import pytest
from joserfc import jwt
from joserfc.errors import JoseError

from auth_service.clock import FrozenClock
from auth_service.migrate import migrate
from auth_service.models import SigningKey
from auth_service.protocol import key_material
from auth_service.protocol.sealed import Unsealable
from auth_service.protocol.signing_keys import ALGORITHMS, NoSigningKey, SigningKeys
from tests.auth_service.conftest import START
from tests.auth_service.protocol.test_sealed import key as encryption_key


@pytest.fixture
def clock():
    return FrozenClock(START)


@pytest.fixture
def open_ring(make_app, make_settings, empty_database, clock):
    """Another process's keys; the first one makes the database."""
    first = make_settings(mongodb_database=empty_database, signing_algorithms="RS256 ES256")
    make_app(first)
    SigningKey.objects.delete()

    def open_it(at=clock, **changes):
        values = {"mongodb_database": first.mongodb_database, "signing_algorithms": first.signing_algorithms}
        ring = SigningKeys(make_settings(**values | changes), at)
        if not SigningKey.objects:
            ring.create_missing()
        return ring

    return open_it


@pytest.fixture
def keys(open_ring):
    """The key ring of a database of its own."""
    return open_ring()


def kids(ring):
    return {key["kid"] for key in ring.jwks()["keys"]}


def test_one_of_each_algorithm_on_the_first_start_and_no_more(keys):
    keys.create_missing()
    assert sorted(key.alg for key in SigningKey.objects) == ["ES256", "RS256"]
    assert {key.state_at(START) for key in SigningKey.objects} == {"current"}


@pytest.mark.rfc("7518 §3")
@pytest.mark.rfc("8037 §3.1")
def test_every_algorithm_signs_with_a_key_of_its_own(app):
    keys = app.extensions["gatehouse"].keys
    assert set(ALGORITHMS) == {"RS256", "PS256", "ES256", "EdDSA"}
    published = {jwk["kid"]: jwk for jwk in keys.jwks()["keys"]}
    for alg in ALGORITHMS:
        key = keys.signing_key(alg)
        jwk = published[key.kid]
        assert (jwk["alg"], jwk["use"]) == (alg, "sig")
        assert jwk["kty"] == {"ES256": "EC", "EdDSA": "OKP"}.get(alg, "RSA")
        assert keys.published().get_by_kid(key.kid).thumbprint() == key.thumbprint()


@pytest.mark.rfc("7517 §5")
def test_no_private_part_is_published(app, client):
    private = {"d", "p", "q", "dp", "dq", "qi", "k"}
    found = client.get("/oauth/jwks").json["keys"]
    assert len(found) == len(ALGORITHMS)
    assert not any(private & set(jwk) for jwk in found)


@pytest.mark.rfc("7515 §4.1.4")
def test_a_signature_under_a_wrong_kid_is_none_of_ours(keys):
    key = keys.signing_key("ES256")
    for kid in ("unknown", keys.signing_key("RS256").kid):
        token = jwt.encode({"alg": "ES256", "kid": kid}, {"sub": "x"}, key, ["ES256"])
        with pytest.raises((JoseError, ValueError)):
            jwt.decode(token, keys.published(), ["ES256", "RS256"])


def test_private_keys_are_stored_encrypted(keys, open_ring):
    for document in SigningKey.objects:
        assert b'"d"' not in bytes(document.encrypted_private_key)
        assert "d" not in json.loads(json.dumps(document.public_jwk))
    stranger = open_ring(
        key_encryption_key=encryption_key("x"), previous_key_encryption_key=encryption_key("y")
    )
    with pytest.raises(Unsealable):
        stranger.signing_key("ES256")


def test_two_sealed_keys_that_were_swapped_are_found_out(keys, open_ring):
    keys.rotate()
    first, second = SigningKey.objects(alg="ES256")
    sealed = first.encrypted_private_key, second.encrypted_private_key
    first.update(set__encrypted_private_key=sealed[1])
    second.update(set__encrypted_private_key=sealed[0])
    with pytest.raises(Unsealable):
        open_ring().signing_key("ES256")


def test_one_unreadable_key_does_not_stop_the_others(keys, open_ring):
    SigningKey.objects(alg="ES256").update(set__encrypted_private_key=b"nonsense")
    other = open_ring()
    other.maintain()
    assert other.signing_key("RS256").kid == keys.signing_key("RS256").kid


def test_new_algorithms_get_a_key_and_those_given_up_retire(keys, open_ring, clock):
    more = open_ring(signing_algorithms="RS256 ES256 EdDSA")
    more.create_missing()
    given_up = more.signing_key("EdDSA").kid
    more.rotate()
    keys.create_missing()
    with pytest.raises(NoSigningKey) as refusal:
        keys.signing_key("EdDSA")
    assert refusal.value.status_code == 503
    assert given_up in kids(keys), "what it signed is still about"
    clock.advance(hours=2)
    assert given_up not in kids(keys)
    assert {key["alg"] for key in keys.jwks()["keys"]} == {"RS256", "ES256"}


@pytest.mark.thorough
def test_where_nobody_runs_migrate_algorithms_follow_the_settings_too(keys, open_ring, clock):
    more = open_ring(signing_algorithms="RS256 ES256 EdDSA")
    more.maintain()
    keys.maintain()
    assert keys.signing_key("EdDSA"), "another replica may have newer settings"
    given_up = next(key for key in keys.documents() if key.alg == "EdDSA")
    assert (keys.successor_due_at(given_up), bool(more.successor_due_at(given_up))) == (None, True)
    clock.advance(days=90)
    keys.maintain()
    with pytest.raises(NoSigningKey):
        keys.signing_key("EdDSA")


def test_reading_is_one_query_every_few_seconds(keys, open_ring, clock, monkeypatch):
    reads = []
    find = SigningKeys._reload
    monkeypatch.setattr(SigningKeys, "_reload", lambda ring, now: reads.append(now) or find(ring, now))
    ring = open_ring()
    for _ in range(60):
        ring.signing_key("ES256"), ring.jwks(), ring.published()
        clock.advance(seconds=1)
    assert len(reads) == 6


def test_nobody_waits_while_another_request_reads(keys, clock, monkeypatch):
    """The database hangs for one request; the others go on with what is known."""
    reading, release = threading.Event(), threading.Event()
    first = threading.Thread(target=keys.jwks)

    def hang(now):
        reading.set()
        assert release.wait(10)
        return keys._ring

    keys.jwks()
    monkeypatch.setattr(keys, "_reload", hang)
    clock.advance(seconds=15)
    first.start()
    assert reading.wait(10)
    assert keys.signing_key("ES256").kid in kids(keys)
    release.set()
    first.join()


def test_what_is_long_out_of_date_is_not_relied_upon(keys, clock, monkeypatch):
    def fail(now):
        raise ConnectionError

    keys.jwks()
    monkeypatch.setattr(keys, "_reload", fail)
    clock.advance(seconds=61)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            keys.signing_key("ES256")


@pytest.mark.thorough
def test_keys_of_the_first_version_go_on(make_settings, make_app, empty_database, clock):
    """They had no generation, and their dates ended with `expires_at`."""
    settings = make_settings(mongodb_database=empty_database, signing_algorithms="RS256 ES256")
    make_app(settings)
    ring = SigningKeys(settings, clock)
    ring.rotate()
    clock.advance(days=1, hours=1)
    collection = SigningKey._get_collection()
    collection.update_many({}, {"$unset": {"generation": 1, "published_until": 1, "revoked_at": 1}})
    before = {alg: ring.signing_key(alg).kid for alg in ("RS256", "ES256")}
    migrate(settings, clock)
    after = SigningKeys(settings, clock)
    assert {alg: after.signing_key(alg).kid for alg in before} == before
    assert len(kids(after)) == 4
    clock.advance(days=89)
    after.maintain()
    clock.advance(days=1, minutes=1)
    assert not set(before.values()) & {after.signing_key(alg).kid for alg in before}


def test_private_keys_are_opened_before_a_request_needs_them(keys, open_ring, monkeypatch):
    other = open_ring()
    other.maintain()
    monkeypatch.setattr(key_material, "unpack", lambda packed: pytest.fail("opened in a request"))
    assert other.signing_key("RS256").kid == keys.signing_key("RS256").kid
