"""`revoke-key` and `rekey`; and that nothing starts on what it cannot open. docs/signing-keys.md tells of both."""

import base64
import json
import re
from pathlib import Path

import pytest

from auth_service.commands import cli
from auth_service.models import Client, ServerSecret, SigningKey
from auth_service.protocol.rekey import unreadable
from auth_service.protocol.sealed import Sealer, client_secret_context
from auth_service.settings import Settings
from auth_service.startup import prepare
from tests.auth_service.commands.conftest import Run, made

GUIDE = Path(__file__).parents[3] / "docs" / "signing-keys.md"


def key(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


OLD, NEW = key("k"), key("n")
NEW_AND_OLD = {"GATEHOUSE_KEY_ENCRYPTION_KEY": NEW, "GATEHOUSE_PREVIOUS_KEY_ENCRYPTION_KEY": OLD}
REQUIRED = {"issuer": "http://127.0.0.1:5000", "mongodb_uri": "mongodb://127.0.0.1:1", "secret_key": "s" * 32}
NEW_ALONE = {"GATEHOUSE_KEY_ENCRYPTION_KEY": NEW}


def test_a_revoked_key_and_its_successor_are_told(run: Run) -> None:
    run("rotate-keys")
    old = next(key for key in SigningKey.objects(alg="ES256") if key.retires_at is not None)
    result = run("revoke-key", old.kid, "--json")
    current = {shown["alg"]: shown for shown in map(json.loads, result.stdout.splitlines())}
    assert {shown["state"] for shown in current.values()} == {"current"}
    assert set(current) == {"ES256", "RS256"}
    assert current["ES256"]["kid"] != old.kid
    assert f"Revoked {old.kid}, and 0 access tokens" in result.stderr
    assert current["ES256"]["kid"] in run("revoke-key", old.kid).stdout


def test_there_is_no_such_key(run: Run) -> None:
    result = run("revoke-key", "unknown")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no signing key unknown" in result.stderr


@pytest.fixture
def secret_of_a_client(run: Run) -> str:
    """A client whose secret itself is kept, as `client_secret_jwt` needs it. Returns the client's id."""
    uri = ["--redirect-uri", "https://app.example/cb"]
    client_id = made(run("create-client", *uri, "--json"))["client_id"]
    sealed = seal_with(OLD).seal(b"the client's secret", client_secret_context(client_id))
    Client.objects(client_id=client_id).update(set__encrypted_secret=sealed)
    return client_id


def seal_with(encryption_key: str) -> Sealer:
    return Sealer(Settings(**{**REQUIRED, "key_encryption_key": encryption_key}))


def opens_everything(encryption_key: str) -> bool:
    return not list(unreadable(seal_with(encryption_key)))


def test_everything_is_sealed_anew_and_the_old_key_can_go(run: Run, secret_of_a_client: str) -> None:
    keys = SigningKey.objects.count()
    assert run("rekey").stdout.splitlines()[0] == f"signing keys: 0 encrypted anew, {keys} had been already"
    result = run("rekey", **NEW_AND_OLD)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        f"signing keys: {keys} encrypted anew, 0 had been already",
        "client secrets: 1 encrypted anew, 0 had been already",
        "server secrets: 2 encrypted anew, 0 had been already",
    ]
    assert opens_everything(NEW)
    assert not opens_everything(OLD)
    before = [bytes(found.encrypted_private_key) for found in SigningKey.objects]
    again = run("rekey", **NEW_AND_OLD)
    assert again.stdout.count("0 encrypted anew") == 3
    assert [bytes(found.encrypted_private_key) for found in SigningKey.objects] == before
    sealed = bytes(Client.objects(client_id=secret_of_a_client).first().encrypted_secret)
    assert seal_with(NEW).open(sealed, client_secret_context(secret_of_a_client)) == b"the client's secret"
    assert run("rotate-keys", **NEW_ALONE).exit_code == 0
    assert (
        run("rekey", GATEHOUSE_KEY_ENCRYPTION_KEY=OLD, GATEHOUSE_PREVIOUS_KEY_ENCRYPTION_KEY=NEW).exit_code
        == 0
    )
    assert opens_everything(OLD)


def test_services_open_both_while_it_is_done(run: Run) -> None:
    """What a replica with the new key makes, and what has not been sealed anew yet."""
    assert run("rotate-keys", **NEW_AND_OLD).exit_code == 0
    kid = json.loads(run("rotate-keys", "--json", **NEW_AND_OLD).stdout.splitlines()[0])["kid"]
    assert run("revoke-key", kid, **NEW_AND_OLD).exit_code == 0
    assert (
        run("rekey", GATEHOUSE_KEY_ENCRYPTION_KEY=OLD, GATEHOUSE_PREVIOUS_KEY_ENCRYPTION_KEY=NEW).exit_code
        == 0
    )


def test_what_neither_key_opens_is_named_and_left_alone(run: Run) -> None:
    salt = bytes(ServerSecret.objects.first().sealed)
    result = run(
        "rekey", GATEHOUSE_KEY_ENCRYPTION_KEY=key("x"), GATEHOUSE_PREVIOUS_KEY_ENCRYPTION_KEY=key("y")
    )
    assert result.exit_code == 1
    assert "neither of the two keys opens" in result.stderr
    assert "pairwise_salt (server secrets)" in result.stderr
    assert bytes(ServerSecret.objects.first().sealed) == salt


def start(run: Run, mongodb_uri: str, encryption_key: str) -> None:
    """Check what every start checks, on this script's database."""
    run("rotate-keys")
    name = SigningKey._get_collection().database.name
    values = {"mongodb_uri": mongodb_uri, "mongodb_database": name, "key_encryption_key": encryption_key}
    try:
        prepare(Settings(**REQUIRED | values))
    finally:
        run("rotate-keys")  # `prepare` disconnects


def test_nothing_starts_on_what_it_cannot_open(run: Run, mongodb_uri: str) -> None:
    start(run, mongodb_uri, OLD)
    with pytest.raises(
        SystemExit, match=r"neither GATEHOUSE_KEY_ENCRYPTION_KEY nor .*PREVIOUS.* opens .*and \d+ more"
    ):
        start(run, mongodb_uri, NEW)


def test_nothing_starts_without_the_servers_own_secrets(run: Run, mongodb_uri: str) -> None:
    salt = ServerSecret.objects.first()
    salt.delete()
    with pytest.raises(SystemExit, match="has no pairwise_salt: run `gatehouse migrate`"):
        start(run, mongodb_uri, OLD)
    salt.save(force_insert=True)


def test_the_guide_names_commands_that_there_are() -> None:
    named = set(re.findall(r"gatehouse ([a-z-]+)", GUIDE.read_text()))
    assert {"rotate-keys", "revoke-key", "rekey"} <= named <= set(cli.commands)
