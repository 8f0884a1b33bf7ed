"""Outside of demo mode: the passwords that the API sets are the ones that people sign in with."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from auth_service.protocol.passwords import Passwords
from auth_service.settings import Settings
from tests.auth_service.admin_api.conftest import Api
from tests.auth_service.conftest import basic, csrf_token


@pytest.fixture(scope="module")
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(demo=False)


@pytest.fixture
def sign_in_status(client: FlaskClient, register: Callable[..., str]) -> Callable[[str, str], int]:
    """Use a name and a password at the token endpoint."""
    client_id = register()

    def attempt(username: str, password: str) -> int:
        form = {"grant_type": "password", "username": username, "password": password}
        return client.post("/oauth/token", data=form, auth=basic(client_id)).status_code

    return attempt


@pytest.mark.thorough
def test_a_password_from_creation_to_the_end(
    automation: Api, sign_in_status: Callable[[str, str], int]
) -> None:
    created = automation.create_user()
    path, name = f"/users/{created['sub']}", created["username"]
    assert sign_in_status(name, created["password"]) == 200
    assert sign_in_status(name, "valid") == 400
    reset: dict[str, Any] = automation.post(f"{path}/password").json
    assert sign_in_status(name, created["password"]) == 400
    assert sign_in_status(name, reset["password"]) == 200
    automation.post(f"{path}/password", password="chosen by hand")
    assert sign_in_status(name, "chosen by hand") == 200
    automation.patch(path, disabled=True)
    assert sign_in_status(name, "chosen by hand") == 400
    automation.patch(path, disabled=False)
    assert sign_in_status(name, "chosen by hand") == 200
    automation.delete(path)
    assert sign_in_status(name, "chosen by hand") == 400


def test_passwords_are_in_no_log(automation: Api, capsys: pytest.CaptureFixture[str]) -> None:
    created = automation.create_user()
    automation.post(f"/users/{created['sub']}/password", password="chosen by hand")
    automation.post("/users", username=created["username"], password="another password")
    client = automation.create_client()
    automation.post(f"/clients/{client['client_id']}/secret", keep_previous_for=-1, hidden="in a field")
    automation.post("/clients", client_name="\x00", redirect_uris=["https://user:hidden@a.example"])
    logged = "".join(capsys.readouterr())
    assert '"fields": ["keep_previous_for", "hidden"]' in logged, "what is refused is logged"
    for secret in (
        created["password"],
        "chosen",
        "another",
        client["client_secret"],
        automation.token,
        "hidden@",
    ):
        assert secret not in logged
    assert "in a field" not in logged


def test_when_too_many_passwords_are_hashed(
    app: Flask, automation: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = app.extensions["gatehouse"].passwords
    monkeypatch.setattr(passwords, "patience", 0.01)
    with passwords._place(), passwords._place():
        response = automation.post("/users", username="patience")
    assert (response.status_code, response.json["error"]) == (503, "temporarily_unavailable")
    assert response.headers["Retry-After"] == "5"
    assert automation.post("/users", username="patience").status_code == 201


@pytest.fixture
def reset_meanwhile(
    monkeypatch: pytest.MonkeyPatch, automation: Api
) -> Callable[[str, dict[str, Any]], None]:
    """Have the account changed once, through the API, after the next right password was checked."""

    def arrange(path: str, change: dict[str, Any]) -> None:
        verify, waiting = Passwords.verify, [change]

        def and_then(passwords: Passwords, password_hash: str | None, password: str) -> bool:
            right = verify(passwords, password_hash, password)
            if right and waiting:
                change = waiting.pop()
                automation.post(f"{path}/password") if "password" in change else automation.patch(
                    path, **change
                )
            return right

        monkeypatch.setattr(Passwords, "verify", and_then)

    return arrange


@pytest.mark.parametrize("change", [{"password": None}, {"disabled": True}], ids=["reset", "disabled"])
def test_who_signs_in_with_the_old_password_meanwhile_gets_nothing_that_works(
    automation: Api,
    client: FlaskClient,
    register: Callable[..., str],
    reset_meanwhile: Callable[[str, dict[str, Any]], None],
    change: dict[str, Any],
) -> None:
    created = automation.create_user()
    path, credentials = f"/users/{created['sub']}", {k: created[k] for k in ("username", "password")}
    client_id = register()
    reset_meanwhile(path, change)
    form = {"grant_type": "password", "scope": "profile", **credentials}
    tokens = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    for kind in ("access_token", "refresh_token"):
        asked = client.post("/oauth/introspect", data={"token": tokens[kind]}, auth=basic(client_id))
        assert asked.json == {"active": False}


@pytest.mark.parametrize("change", [{"password": None}, {"disabled": True}], ids=["reset", "disabled"])
def test_nor_is_a_browser_signed_in_with_it(
    automation: Api,
    client: FlaskClient,
    reset_meanwhile: Callable[[str, dict[str, Any]], None],
    change: dict[str, Any],
) -> None:
    created = automation.create_user()
    path, credentials = f"/users/{created['sub']}", {k: created[k] for k in ("username", "password")}
    reset_meanwhile(path, change)
    form = {"csrf_token": csrf_token(client.get("/login").text), **credentials}
    assert client.post("/login", data=form).status_code == 303
    automation.patch(path, disabled=False)
    assert created["username"] not in client.get("/").text
