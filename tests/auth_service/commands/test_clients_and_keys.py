"""`create-client`, `rotate-keys` and `migrate`; and what is said when the server cannot be reached or set up."""

import json

import pytest

from auth_service.models import Client, SigningKey
from auth_service.models.secret import hash_secret
from tests.auth_service.commands.conftest import Run, made

URI = "https://app.example/cb"


def test_a_client_with_everything(run: Run, username: str) -> None:
    ada = made(run("create-user", username, "--generate-password", "--json"))
    arguments = [
        "--name",
        "Shop",
        "--redirect-uri",
        URI,
        "--redirect-uri",
        f"{URI}/2",
        "--scope",
        "openid notes:read",
    ]
    arguments += [
        "--grant-type",
        "authorization_code",
        "--grant-type",
        "refresh_token",
        "--contact",
        "ops@a.example",
    ]
    arguments += [
        "--owner",
        username.upper(),
        "--access-token-format",
        "jwt",
        "--audience",
        "https://api.example",
    ]
    shown = made(run("create-client", *arguments, "--resource-server", "--no-consent", "--json"))
    assert shown["redirect_uris"] == [URI, f"{URI}/2"]
    assert shown["grant_types"] == ["authorization_code", "refresh_token"]
    assert shown["response_types"] == ["code"]
    assert (shown["scope"], shown["owner"]) == ("openid notes:read", ada["sub"])
    assert (shown["resource_server"], shown["consent_required"]) == (True, False)
    stored = Client.objects(client_id=shown["client_id"]).first()
    assert [secret.hash for secret in stored.secrets] == [hash_secret(shown["client_secret"])]


def test_the_secret_is_printed_once_in_one_piece(run: Run) -> None:
    result = run("create-client", "--name", "[red]Shop[/red]", "--redirect-uri", URI, COLUMNS="20")
    assert result.exit_code == 0
    client_id, secret = (line.split()[1] for line in result.stdout.splitlines())
    assert Client.objects(client_id=client_id).first().secrets[0].hash == hash_secret(secret)
    assert Client.objects(client_id=client_id).first().client_name == "[red]Shop[/red]"


def test_a_public_client_has_none(run: Run) -> None:
    public = ["--redirect-uri", URI, "--auth-method", "none"]
    assert made(run("create-client", *public, "--json"))["client_secret"] is None
    assert "Secret" not in run("create-client", *public).stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--redirect-uri: is required"),
        (
            ["--redirect-uri", URI, "--redirect-uri", "javascript:x"],
            "--redirect-uri (2): must not use the scheme",
        ),
        (["--redirect-uri", f"{URI}\udcff"], "--redirect-uri (1): must be a"),
        (["--redirect-uri", URI, "--grant-type", "magic"], "--grant-type (1): must be"),
        (
            ["--grant-type", "client_credentials", "--auth-method", "none"],
            "--grant-type (1): client_credentials needs",
        ),
        (["--redirect-uri", URI, "--scope", "everything"], "--scope: has a scope"),
        (["--redirect-uri", URI, "--name", "a\nb"], "--name: must not"),
        (["--redirect-uri", URI, "--owner", "nobody"], "--owner: is not the name of a user"),
        (["--redirect-uri", URI, "--owner", "\udcff"], "--owner: is not the name of a user"),
        (["--redirect-uri", URI, "--audience", "api"], "--audience (1): must be an absolute URI"),
        (["--redirect-uri", URI, "--profile", "compat"], "--profile: must be 'oauth21'"),
    ],
)
def test_bad_input_names_the_option(run: Run, arguments: list[str], told: str) -> None:
    before = Client.objects.count()
    result = run("create-client", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""
    assert Client.objects.count() == before


def test_the_servers_profile_holds_here_too(run: Run) -> None:
    implicit = ["--redirect-uri", URI, "--grant-type", "implicit", "--auth-method", "none"]
    assert run("create-client", *implicit).exit_code == 0
    refused = run("create-client", *implicit, GATEHOUSE_PROFILE="oauth21")
    assert refused.exit_code == 2
    assert "--grant-type (1): implicit is refused by the security profile oauth21" in refused.stderr


def test_keys_are_rotated(run: Run) -> None:
    before = SigningKey.objects.count()
    result = run("rotate-keys", "--json")
    shown = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(key["alg"], key["state"]) for key in shown} == {("ES256", "next"), ("RS256", "next")}
    assert SigningKey.objects.count() == before + 2
    assert all(key["kid"] in run("rotate-keys").stdout for key in shown), "what already waits is kept"


def test_migrate_can_be_repeated(run: Run) -> None:
    before = SigningKey.objects.count()
    assert "schema version 4" in run("migrate").stdout
    assert SigningKey.objects.count() == before


@pytest.mark.parametrize("command", ["migrate", "rotate-keys", "create-client"])
def test_every_fault_of_the_settings_is_listed(run: Run, command: str) -> None:
    result = run(
        command, GATEHOUSE_ISSUER="nonsense", GATEHOUSE_SECRET_KEY="short", GATEHOUSE_PROFILE="loose"
    )
    assert result.exit_code == 1
    for name in ("GATEHOUSE_ISSUER", "GATEHOUSE_SECRET_KEY", "GATEHOUSE_PROFILE"):
        assert name in result.stderr
    assert "short" not in result.output


def test_a_database_that_was_never_migrated(run: Run) -> None:
    result = run("rotate-keys", GATEHOUSE_MONGODB_DATABASE="test_never_migrated")
    assert result.exit_code == 1
    assert "gatehouse migrate" in result.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["migrate", "rotate-keys"])
def test_a_database_that_does_not_answer(run: Run, command: str) -> None:
    uri = "mongodb://gatehouse:hidden@127.0.0.1:1/?serverSelectionTimeoutMS=100"
    result = run(command, GATEHOUSE_MONGODB_URI=uri)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "hidden" not in result.output


def test_a_database_that_refuses_is_one_clear_line(run, mongodb_uri):
    uri = mongodb_uri.replace("mongodb://", "mongodb://stranger:wrong@")
    refused = run("create-user", "x", "--generate-password", GATEHOUSE_MONGODB_URI=uri)
    assert refused.exit_code == 1
    assert refused.stderr == "Error: the database does not do it (AuthenticationFailed)\n"
