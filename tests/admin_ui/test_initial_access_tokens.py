"""Who may register clients by program, and the tokens that let them."""

import re

import pytest
import requests

NEW = "/admin/registration/tokens/new"


def register(auth_service, token: str) -> int:
    """Register a client with the token, as a program would; returns the status."""
    answer = requests.post(
        f"{auth_service.issuer}/oauth/register",
        json={"redirect_uris": ["https://app.example/cb"], "client_name": "Registered itself"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    return answer.status_code


@pytest.fixture
def made(admin):
    """The page that shows a new token for two clients."""
    return admin.submit(admin.open(NEW), name="Continuous integration", uses="2", expires_in="3600")


@pytest.fixture
def token(made) -> str:
    return re.search(r'<code id="initial-access-token">([^<]+)</code>', made.text)[1]


@pytest.mark.rfc("7591 §3")
def test_a_token_registers_as_many_clients_as_it_says(admin, auth_service, made, token):
    assert made.status == 201
    assert "shown this once" in made.text and 'data-copy="initial-access-token"' in made.text

    assert [register(auth_service, token) for _ in range(3)] == [201, 201, 401]

    page = admin.open("/admin/registration")
    assert "Continuous integration" in page.text and "used up" in page.text
    assert token not in page.text


def test_who_sees_the_name_is_said_before_it_is_given(admin):
    assert "Only administrators see it." in admin.open(NEW).text


def test_a_deleted_token_registers_nothing(admin, auth_service, token):
    listed = auth_service.api("GET", "initial-access-tokens?limit=100")["items"]
    newest = max(listed, key=lambda entry: entry["created_at"])

    asked = admin.open(f"/admin/registration/tokens/{newest['id']}/delete")
    assert "Clients that were registered with it stay." in asked.text
    assert f"{newest['name']}: {newest['remaining']} of " in asked.text
    after = admin.submit(asked)

    assert "The token is deleted." in after.text
    assert register(auth_service, token) == 401


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "Say whom or what it is for."),
        ({"name": "a\u200bb"}, "must not contain control or invisible characters"),
        ({"uses": "0"}, "Give a number from 1 to 10000."),
        ({"uses": "many"}, "Give a number"),
        ({"expires_in": "-1"}, "Not a valid choice"),
    ],
)
def test_a_fault_is_told_at_its_field_and_loses_nothing(admin, changes, message):
    page = admin.submit(admin.open(NEW), **{"name": "kept", "uses": "7", **changes})

    assert page.status == 422
    field = next(iter(changes))
    assert re.search(rf'<div class="invalid-feedback[^>]*id="{field}-error">[^<]*{message}', page.text)
    assert "kept" in page.text or field == "name"


def test_the_page_says_who_may_register(admin, auth_service):
    page = admin.open("/admin/registration")

    assert "Whoever has a token may register" in page.text
    assert f"{auth_service.issuer}/oauth/register</code>" in page.text


def test_a_client_that_registered_itself_is_shown_as_such(admin, auth_service, token):
    assert register(auth_service, token) == 201
    client = auth_service.api("GET", "clients?search=Registered")["items"][0]

    assert "registered itself" in admin.open("/admin/clients?search=Registered").text
    assert "registered itself" in admin.open(f"/admin/clients/{client['client_id']}").text
    assert "registered itself" not in admin.open("/admin/clients/demo-web").text


def test_owners_of_apps_make_no_tokens(owner):
    assert owner.open("/admin/registration").status == 403
    assert owner.open(NEW).status == 403
