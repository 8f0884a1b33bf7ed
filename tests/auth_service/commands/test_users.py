"""`create-admin` and `create-user`: accounts are made without a password ever being an argument."""

import pytest

from auth_service.models import User
from auth_service.protocol.passwords import Passwords
from tests.auth_service.commands.conftest import Run, made


def stored(username: str) -> User:
    user = User.find(username)
    assert user is not None
    return user


def test_an_administrator_with_a_password_from_stdin(run: Run, username: str) -> None:
    password = "correct horse battery"
    arguments = [username.upper(), "--name", "Root", "--password-stdin"]
    result = run("create-admin", *arguments, input=f"{password}\nmore\n")
    assert result.exit_code == 0, result.stderr
    assert password not in result.output
    assert stored(username).id in result.stdout
    assert (stored(username).is_admin, stored(username).name) == (True, "Root")
    assert Passwords(1).verify(stored(username).password_hash, password)


def test_a_generated_password_is_printed(run: Run, username: str) -> None:
    shown = made(run("create-user", username, "--email", "Ada@example.com", "--generate-password", "--json"))
    assert (shown["username"], shown["email"], shown["roles"]) == (username, "ada@example.com", [])
    assert Passwords(1).verify(stored(username).password_hash, shown["password"])
    for_people = run("create-user", f"{username}-2", "--generate-password")
    assert Passwords(1).verify(stored(f"{username}-2").password_hash, for_people.stdout.split()[-1])


@pytest.mark.parametrize(
    ("arguments", "password", "told"),
    [
        ([""], "correct horse\n", "USERNAME: must not be empty"),
        (["a\x00b"], "correct horse\n", "USERNAME: must not contain control characters"),
        (["\udcff"], "correct horse\n", "USERNAME: must be a valid string"),
        (["ada", "--email", "nobody"], "correct horse\n", "--email: is not an email address"),
        (["ada", "--name", "a\nb"], "correct horse\n", "--name: must not contain control"),
        (["ada"], "short\n", "password: must have at least 8 characters"),
        (["ada"], "\n", "password: must have at least 8 characters"),
        (["ada"], "", "password: must have at least 8 characters"),
    ],
)
def test_bad_input_names_the_option(run: Run, arguments: list[str], password: str, told: str) -> None:
    before = User.objects.count()
    result = run("create-user", *arguments, "--password-stdin", input=password)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert User.objects.count() == before


def test_all_faults_at_once(run: Run) -> None:
    result = run("create-user", "", "--email", "nobody", "--name", "", "--generate-password")
    assert result.exit_code == 2
    named = [line.split(":")[1].strip() for line in result.stderr.splitlines()]
    assert named == ["--name", "--email", "USERNAME"]


def test_a_taken_name(run: Run, username: str) -> None:
    made(run("create-user", username, "--generate-password", "--json"))
    result = run("create-admin", username.upper(), "--generate-password")
    assert (result.exit_code, result.stderr) == (2, "Error: USERNAME: is taken\n")
    assert not stored(username).is_admin


def test_without_a_terminal_the_way_is_told(run: Run, username: str) -> None:
    result = run("create-user", username)
    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr
    assert "--generate-password" in result.stderr


def test_a_password_cannot_be_an_argument(run: Run, username: str) -> None:
    result = run("create-user", username, "--password", "correct horse")
    assert result.exit_code == 2
    assert "No such option" in result.stderr
