"""Rotation by itself: a year of it, what comes back after a long night, 20 replicas at once, and the emergency."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from auth_service.app import create_app
from auth_service.clock import FrozenClock
from auth_service.models import AccessToken, Client, SigningKey
from auth_service.models.secret import hash_secret
from auth_service.protocol import key_rotation, signing_keys
from auth_service.protocol.access_token import Authorization, issue_access_token
from auth_service.protocol.id_token import issue_id_token
from auth_service.protocol.key_rotation import LEEWAY
from auth_service.protocol.signing_keys import JWKS_MAX_AGE, SigningKeys
from auth_service.settings import Settings
from tests.auth_service.conftest import START

INTERVAL, OVERLAP = timedelta(days=30), timedelta(days=1)
RSA, EC = "RS256", "ES256"


class Replica:
    """One process of the service, whose clock differs from the others'."""

    def __init__(self, settings, clock, ahead=timedelta(0)):
        class Skewed(FrozenClock):
            def now(self):
                return clock.now() + ahead

        self.server = create_app(settings, Skewed(START)).extensions["gatehouse"]
        self.keys: SigningKeys = self.server.keys

    def tokens(self, client_id):
        """An id_token and a JWT access token."""
        client = self.server.clients.find(client_id)
        person = Authorization(sub="ada", scope=["openid"])
        return (
            issue_id_token(self.server, client, person),
            issue_access_token(
                self.server, client, Authorization(sub=None, scope=["notes:read"]), ["notes:read"]
            ),
        )


class RelyingParty:
    """A client that keeps the JWK set for exactly as long as it may, and never asks because of an unknown `kid`."""

    def __init__(self, clock):
        self.clock = clock
        self.keys, self.fetched_at = None, None

    def verify(self, token, replica):
        now = self.clock.now()
        if self.keys is None or (now - self.fetched_at).total_seconds() >= JWKS_MAX_AGE:
            self.keys, self.fetched_at = KeySet.import_key_set(replica.keys.jwks()), now
        return jwt.decode(token, self.keys, [RSA, EC]).claims


@pytest.fixture
def clock():
    return FrozenClock(START)


@pytest.fixture
def settings(make_settings, empty_database) -> Settings:
    return make_settings(
        mongodb_database=empty_database,
        signing_algorithms="RS256 ES256",
        signing_key_rotation_interval=INTERVAL,
        signing_key_overlap=OVERLAP,
        id_token_lifetime=timedelta(days=2),
        access_token_lifetime=timedelta(hours=12),
    )


@pytest.fixture
def replicas(make_app, settings, clock):
    """Two, on a database of their own, whose keys begin now."""
    make_app(settings)
    SigningKey.objects.delete()
    first, second = Replica(settings, clock), Replica(settings, clock, ahead=timedelta(seconds=20))
    first.keys.create_missing()
    return first, second


@pytest.fixture
def client_id(replicas):
    Client(
        client_id="app",
        id_token_signed_response_alg=EC,
        access_token_format="jwt",
        scope="notes:read",
        redirect_uris=["https://app.example/cb"],
        created_at=START,
        updated_at=START,
    ).save(force_insert=True)
    return "app"


def kid_of(token):
    return jws.extract_compact(token.encode()).headers()["kid"]


def next_step(clock, until):
    """A day; two minutes while a key has just come, taken over or gone, or is about to."""
    now, near = clock.now(), timedelta(minutes=7)
    dates = [
        date
        for key in SigningKey.objects(alg=EC)
        for date in (
            *(key.created_at, key.activates_at, key.published_until),
            key.activates_at + INTERVAL - OVERLAP,
        )
        if date is not None
    ]
    if any(abs(date - now) < near for date in dates):
        return timedelta(minutes=2)
    ahead = [date - now - near + timedelta(minutes=1) for date in dates if date > now]
    return min([timedelta(days=1), until - now, *ahead])


@pytest.mark.thorough
@pytest.mark.rfc("OIDC Core §10.1.1")
def test_a_year_of_rotations_fails_no_verification(replicas, client_id, clock):
    relying_party, end = RelyingParty(clock), START + timedelta(days=365)
    outstanding, signed_with, published, turn = [], [], 0, 0
    while clock.now() < end:
        turn += 1
        maintaining, issuing = replicas[turn % 2], replicas[turn // 2 % 2]
        for token in issuing.tokens(client_id):
            claims = relying_party.verify(token, maintaining)
            outstanding.append((claims["exp"], token))
            if kid_of(token) not in signed_with:
                signed_with.append(kid_of(token))
        maintaining.keys.maintain()
        published = max(published, len(maintaining.keys.jwks()["keys"]))
        step = next_step(clock, end)
        last_chance = (clock.now() + step).timestamp()
        for expires_at, token in outstanding:
            if expires_at <= last_chance:  # the last moment at which somebody may ask
                relying_party.verify(token, issuing)
        outstanding = [(expires_at, token) for expires_at, token in outstanding if expires_at > last_chance]
        clock.moment += step
    assert len(signed_with) == 365 // INTERVAL.days + 1
    assert published == 4, "of each algorithm a current key, and the next or the one before"
    activations = [key.activates_at for key in SigningKey.objects(alg=EC).order_by("generation")]
    for earlier, later in pairwise(activations):
        assert timedelta(0) <= later - earlier - INTERVAL < timedelta(minutes=5)


def test_no_key_signs_before_every_client_can_know_it():
    """What the shortest overlap must cover: caches of clients, of replicas, and clocks that differ either way."""
    shortest = next(m.ge for m in Settings.model_fields["signing_key_overlap"].metadata if hasattr(m, "ge"))
    assert shortest >= timedelta(seconds=JWKS_MAX_AGE) + signing_keys._TOO_OLD + 2 * LEEWAY


@pytest.mark.rfc("OIDC Core §10.1.1")
def test_a_new_key_is_published_before_it_signs(replicas, clock):
    keys = replicas[0].keys
    old = keys.signing_key(EC).kid
    [new] = [key.kid for key in keys.rotate() if key.alg == EC]
    assert {old, new} <= {key["kid"] for key in keys.jwks()["keys"]}
    clock.moment += OVERLAP - timedelta(seconds=1)
    assert keys.signing_key(EC).kid == old
    clock.advance(seconds=1)
    assert keys.signing_key(EC).kid == new


@pytest.mark.thorough
@pytest.mark.rfc("OIDC Core §10.1.1")
def test_an_old_key_is_published_until_its_signatures_have_expired(replicas, client_id, clock):
    keys = replicas[0].keys
    old = keys.signing_key(EC).kid
    keys.rotate()
    clock.moment += OVERLAP - timedelta(seconds=1)
    token, _ = replicas[0].tokens(client_id)
    clock.moment += timedelta(days=2)
    assert kid_of(token) == old
    assert jwt.decode(token, KeySet.import_key_set(keys.jwks()), [EC])
    clock.moment += LEEWAY + timedelta(seconds=1)
    assert old not in {key["kid"] for key in keys.jwks()["keys"]}
    assert keys.known().get_by_kid(old), "expired id_tokens come back as hints"
    assert SigningKey.objects(kid=old).first().expires_at > clock.now()


@pytest.mark.thorough
def test_longer_lifetimes_keep_a_key_longer(replicas, make_settings, settings, clock):
    replicas[0].keys.rotate()
    longer = make_settings(**settings.model_dump() | {"id_token_lifetime": timedelta(days=9)})
    old = SigningKey.objects(alg=EC).order_by("generation").first()
    SigningKeys(longer, clock).maintain()
    replicas[0].keys.maintain()
    assert SigningKey.objects(kid=old.kid).first().published_until - old.published_until == timedelta(days=7)


@pytest.mark.thorough
def test_rotating_twice_does_not_pile_up_keys(replicas):
    first, second = replicas[0].keys.rotate(), replicas[0].keys.rotate()
    assert {key.kid for key in first} == {key.kid for key in second}
    assert len(first) == 2


@pytest.mark.thorough
@pytest.mark.parametrize(
    "before", [INTERVAL - OVERLAP - timedelta(hours=1), INTERVAL - OVERLAP + timedelta(seconds=1)]
)
def test_after_a_long_night_clients_still_get_their_time(replicas, clock, before):
    """Switched off for longer than the interval, with and without a successor that was published before."""
    clock.moment += before
    replicas[0].keys.maintain()
    was_waiting = SigningKey.objects(alg=EC).count() == 2
    old = replicas[0].keys.signing_key(EC).kid
    clock.moment += 3 * INTERVAL
    replicas[1].keys.maintain()
    now_signs = replicas[1].keys.signing_key(EC).kid
    published = {key["kid"] for key in replicas[1].keys.jwks()["keys"] if key["alg"] == EC}
    # A key that was published before the night may sign: what clients keep of that time is long out of date.
    assert (now_signs != old) is was_waiting
    assert len(published - {now_signs, old}) == 1, "the next one is on its way"
    clock.moment += OVERLAP - timedelta(seconds=21)  # the second replica's clock is ahead
    assert replicas[1].keys.signing_key(EC).kid == now_signs
    clock.moment += timedelta(seconds=22)
    assert replicas[1].keys.signing_key(EC).kid in published - {now_signs, old}


@pytest.mark.thorough
def test_twenty_replicas_at_once_make_one_successor(replicas, settings, clock, monkeypatch):
    clock.moment += INTERVAL - OVERLAP
    rings = [SigningKeys(settings, clock) for _ in range(20)]
    together = Barrier(20)
    made = key_rotation.key_material.generate("RS256", "x")
    monkeypatch.setattr(signing_keys.key_material, "unpack", lambda packed: made)
    read = signing_keys.KeyRing.read
    first_read = iter(range(20))

    def read_together(now):
        ring = read(now)
        if next(first_read, None) is not None:
            together.wait(30)  # all of them see that a key is due
        return ring

    monkeypatch.setattr(signing_keys.KeyRing, "read", read_together)
    generate = key_rotation.key_material.generate
    monkeypatch.setattr(
        key_rotation.key_material, "generate", lambda alg, kid: generate(EC, kid)
    )  # twenty RSA keys would take seconds
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda ring: ring.maintain(), rings))
    assert sorted((key.alg, key.generation) for key in SigningKey.objects) == [
        (EC, 1),
        (EC, 2),
        (RSA, 1),
        (RSA, 2),
    ]
    assert len({ring.signing_key(EC).kid for ring in rings}) == 1


@pytest.mark.rfc("OIDC Core §10.1.1")
def test_every_replica_picks_a_rotation_up(replicas, clock):
    first, second = replicas
    second.keys.jwks()
    new = {key.kid for key in first.keys.rotate()}
    clock.advance(seconds=11)
    assert new <= {key["kid"] for key in second.keys.jwks()["keys"]}


def test_a_revoked_key_is_gone_at_once_and_its_successor_signs(replicas, client_id, clock):
    first, second = replicas
    kid = first.keys.signing_key(EC).kid
    _, token = first.tokens(client_id)
    assert first.keys.revoke(kid) == 1
    assert AccessToken.objects(id=hash_secret(token)).first() is None
    assert kid not in {key["kid"] for key in first.keys.jwks()["keys"]}
    with pytest.raises(InvalidKeyIdError):
        first.keys.known().get_by_kid(kid)
    successor = first.keys.signing_key(EC).kid
    assert successor in {key["kid"] for key in first.keys.jwks()["keys"]}
    second.keys.maintain()
    assert second.keys.signing_key(EC).kid == successor
    assert first.keys.revoke(kid) == 0
    assert SigningKey.objects(alg=EC).count() == 2
    assert first.keys.revoke("unknown") is None
    clock.moment += timedelta(days=31)
    first.keys.maintain()
    assert kid not in {key.kid for key in first.keys.documents()}, "on record for a while"


@pytest.mark.thorough
def test_the_one_that_waits_takes_over_from_a_revoked_key(replicas):
    keys = replicas[0].keys
    [waiting] = [key.kid for key in keys.rotate() if key.alg == EC]
    keys.revoke(keys.signing_key(EC).kid)
    assert keys.signing_key(EC).kid == waiting


def document(keys, kid):
    """The stored key."""
    return next(key for key in keys.documents() if key.kid == kid)


@pytest.mark.thorough
def test_when_the_next_key_is_revoked_the_present_one_goes_on(replicas, clock):
    keys = replicas[0].keys
    old = keys.signing_key(EC).kid
    [waiting] = [key.kid for key in keys.rotate() if key.alg == EC]
    keys.revoke(waiting)
    clock.moment += 2 * OVERLAP
    keys.maintain()
    assert keys.signing_key(EC).kid == old
    assert waiting not in {key["kid"] for key in keys.jwks()["keys"]}


def test_the_successor_comes_when_it_is_said_to(replicas, clock):
    keys = replicas[0].keys
    [waiting] = [key.kid for key in keys.rotate() if key.alg == EC]
    keys.revoke(waiting)
    old = keys.signing_key(EC).kid
    current, revoked = document(keys, old), document(keys, waiting)
    due = keys.successor_due_at(current)
    assert due == current.activates_at + INTERVAL
    assert keys.successor_due_at(revoked) is None
    clock.moment = due - OVERLAP
    keys.maintain()
    assert keys.successor_due_at(document(keys, old)) is None, "it is published now, with its own date"
    clock.moment = due - timedelta(seconds=1)
    assert keys.signing_key(EC).kid == old
    clock.moment = due
    assert keys.signing_key(EC).kid not in (old, waiting)


@pytest.mark.thorough
def test_what_another_replica_signed_with_it_meanwhile_is_taken_back(replicas, client_id, clock):
    first, second = replicas
    second.keys.maintain()
    kid = second.keys.signing_key(EC).kid
    first.keys.revoke(kid)
    clock.advance(seconds=4)
    _, token = second.tokens(client_id)
    assert kid_of(token) == kid, "it has not heard of it yet"
    clock.advance(seconds=1)
    second.keys.maintain()
    assert AccessToken.objects(id=hash_secret(token)).first() is None
    _, token = second.tokens(client_id)
    assert AccessToken.objects(id=hash_secret(token)).first() is not None


@pytest.mark.thorough
def test_a_replica_whose_clock_is_behind_signs_with_the_successor(replicas):
    """To it the new key's time has not come, but there is no other."""
    behind, ahead = replicas
    kid = behind.keys.signing_key(EC).kid
    ahead.keys.maintain()
    ahead.keys.revoke(kid)
    behind.keys._reload(behind.server.clock.now())
    assert behind.keys.signing_key(EC).kid == ahead.keys.signing_key(EC).kid != kid
