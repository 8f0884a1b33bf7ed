"""What is sealed opens in its own place only, with the key that is not in the database or the one before it."""

import base64

import pytest

from auth_service.migrate import migrate
from auth_service.models import ServerSecret
from auth_service.protocol.sealed import Sealer, Unsealable
from auth_service.protocol.server_secrets import ServerSecretMissing, ServerSecrets


def key(letter):
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


@pytest.fixture
def sealer(make_settings):
    """A sealer with this key, and perhaps the one before."""

    def make(newest="k", previous=None):
        keys = {"key_encryption_key": key(newest)}
        return Sealer(make_settings(previous_key_encryption_key=previous and key(previous), **keys))

    return make


def test_what_is_sealed_cannot_be_read_and_opens_again(sealer):
    sealed = sealer().seal(b"the secret", "place")
    assert b"the secret" not in sealed
    assert sealer().open(sealed, "place") == b"the secret"
    assert sealed != sealer().seal(b"the secret", "place"), "nobody sees that two are the same"


@pytest.mark.parametrize(
    "change", [lambda sealed: sealed[:-1] + b"x", lambda sealed: b"x" + sealed[1:], lambda _: b""]
)
def test_what_was_altered_does_not_open(sealer, change):
    with pytest.raises(Unsealable, match="place does not open"):
        sealer().open(change(sealer().seal(b"the secret", "place")), "place")


def test_another_place_or_another_key_does_not_open_it(sealer):
    sealed = sealer().seal(b"the secret", "place")
    for other, context in ((sealer(), "other place"), (sealer("x"), "place"), (sealer("x", "y"), "place")):
        with pytest.raises(Unsealable):
            other.open(sealed, context)


def test_the_previous_key_opens_and_does_not_seal(sealer):
    sealed = sealer("k").seal(b"the secret", "place")
    assert sealer("n", "k").open(sealed, "place") == b"the secret"
    with pytest.raises(Unsealable):
        sealer("k").open(sealer("n", "k").seal(b"the secret", "place"), "place")


def test_sealing_again_needs_the_previous_key_once_only(sealer):
    sealed = sealer("k").seal(b"the secret", "place")
    resealed = sealer("n", "k").reseal(sealed, "place")
    assert sealer("n").open(resealed, "place") == b"the secret"
    assert sealer("n", "k").reseal(resealed, "place") is None
    with pytest.raises(Unsealable):
        sealer("n").reseal(sealed, "place")


def test_the_salt_of_pairwise_subjects_is_made_once_and_sealed(make_settings, app, sealer, settings):
    salt = app.extensions["gatehouse"].secrets.pairwise_salt()
    assert len(salt) == 32
    migrate(settings)
    assert ServerSecrets(sealer()).pairwise_salt() == salt
    assert salt not in bytes(ServerSecret.objects(name="pairwise_salt").first().sealed)
    with pytest.raises(Unsealable):
        ServerSecrets(sealer("x")).pairwise_salt()


def test_a_salt_that_is_missing_is_not_made_up(app, sealer):
    found = ServerSecret.objects(name="pairwise_salt").first()
    found.delete()
    try:
        with pytest.raises(ServerSecretMissing, match="gatehouse migrate"):
            ServerSecrets(sealer()).pairwise_salt()
    finally:
        found.save(force_insert=True)
