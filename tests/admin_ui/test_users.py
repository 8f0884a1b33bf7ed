"""Users: created with a password shown once, changed, locked out, deleted."""

import json
import secrets
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest

from tests.admin_ui.browser import Browser
from tests.admin_ui.test_token_refresh import tokens_of


@pytest.fixture
def user(auth_service) -> dict:
    """Somebody new."""
    username = f"user-{secrets.token_hex(4)}"
    return auth_service.api("POST", "users", status=201, json={"username": username, "name": "<b>Zoe</b>"})


@pytest.fixture
def demo_admin(make_ui, auth_service, shared_session) -> Iterator[Browser]:
    """An administrator's browser, at an admin UI that knows of the demo."""
    browser = Browser(make_ui(demo=True), auth_service.issuer)
    browser.ui.set_cookie(*shared_session, path="/admin", domain=urlsplit(browser.issuer).hostname)
    yield browser
    browser.close()


def password_in(page) -> str:
    return page.text.split('id="password">')[1].split("<")[0]


def test_a_new_user_gets_a_password_that_is_shown_once(ui, admin, auth_service, capsys):
    username = f"new-{secrets.token_hex(4)}"
    form = admin.open("/admin/users/new")

    page = admin.submit(form, username=username, email="zoe@example.com", administrator="y")

    assert page.status == 201
    password = password_in(page)
    assert len(password) >= 16
    found = auth_service.api("GET", f"users?search={username}")["items"][0]
    assert (found["email"], found["roles"]) == ("zoe@example.com", ["admin"])
    assert password not in admin.open(f"/admin/users/{found['sub']}").text
    assert password not in json.dumps(ui.session_interface._sealer.unseal(admin.session_cookie.value))
    assert password not in capsys.readouterr().out


def test_in_the_demo_nobody_is_given_a_password_that_does_not_work(admin, demo_admin, auth_service, user):
    username = f"new-{secrets.token_hex(4)}"
    form = demo_admin.open("/admin/users/new")
    created = demo_admin.submit(form, username=username)
    asked = demo_admin.open(f"/admin/users/{user['sub']}/password")
    reset = demo_admin.submit(asked)

    for page in (demo_admin.open("/admin/"), form, created, asked, reset):
        assert "verybody's password is “valid”" in unescape(page.text), page.url
        assert "generated" not in page.text and "Copy the password" not in page.text
    assert password_in(created) == password_in(reset) == "valid"
    assert "“valid”" not in admin.open("/admin/").text
    assert "“valid”" not in admin.open("/admin/users/new").text
    assert auth_service.password_token(username)["access_token"]


def test_faults_keep_what_was_typed(admin, user):
    page = admin.submit(admin.open("/admin/users/new"), username=user["username"], name="Zoe")
    assert page.status == 422
    assert "Username</a>: is taken" in page.text
    assert page.form().fields["name"] == ["Zoe"]

    page = admin.submit(admin.open("/admin/users/new"), username="", email="no address")
    assert (
        "This is no email address." in page.text
        and "Username</a>: Give a username. It cannot be changed later." in page.text
    )


def test_a_page_of_the_persons_own_is_not_taken_for_a_redirect_uri(admin):
    page = admin.submit(admin.open("/admin/users/new"), username="pages", website="example.com")

    assert "Website</a>: must be absolute, like https://app.example.com/<" in page.text


def test_changes_and_their_clearing(admin, auth_service, user):
    address = f"/admin/users/{user['sub']}"
    page = admin.submit(admin.open(f"{address}/edit"), name="", email="z@example.com", email_verified="y")

    assert page.path == address
    after = auth_service.api("GET", f"users/{user['sub']}")
    assert (after["name"], after["email"], after["email_verified"]) == (None, "z@example.com", True)


def test_names_are_shown_and_never_run(admin, user):
    for address in (f"/admin/users/{user['sub']}", f"/admin/users?search={user['username']}"):
        text = admin.open(address).text
        assert "&lt;b&gt;Zoe" in text and "<b>Zoe" not in text


def test_disabling_locks_out_and_enabling_lets_in(admin, auth_service, user):
    address = f"/admin/users/{user['sub']}"
    asked = admin.open(f"{address}/disable")
    assert "They cannot sign in." in asked.text
    page = admin.submit(asked)
    assert "is disabled." in page.text
    assert auth_service.api("GET", f"users/{user['sub']}")["disabled_at"]

    admin.submit(page, action=f"{address}/enable")
    assert not auth_service.api("GET", f"users/{user['sub']}")["disabled_at"]


def test_a_reset_ends_what_the_old_password_gave(admin, auth_service):
    tokens = auth_service.password_token("reset-me")
    sub = auth_service.api("GET", "users?search=reset-me")["items"][0]["sub"]

    page = admin.submit(admin.open(f"/admin/users/{sub}/password"))

    assert len(password_in(page)) >= 16
    assert not auth_service.is_active(tokens["access_token"])


def test_deletion_wants_the_username(admin, auth_service, user):
    asked = admin.open(f"/admin/users/{user['sub']}/delete")
    assert admin.submit(asked, typed="x").status == 422

    assert "is deleted." in admin.submit(asked, typed=user["username"]).text
    auth_service.api("GET", f"users/{user['sub']}", status=404)


def test_administrators_cannot_saw_off_their_own_branch(ui, admin):
    sub = tokens_of(ui, admin)["sub"]

    assert "/disable" not in admin.open(f"/admin/users/{sub}").text
    page = admin.submit(admin.open(f"/admin/users/{sub}/disable"))
    assert page.status == 409 and "You cannot disable yourself" in page.text
    page = admin.submit(admin.open(f"/admin/users/{sub}/edit"))
    assert page.status == 200
    form = admin.open(f"/admin/users/{sub}/edit").form().fields
    form.pop("administrator")
    page = admin.open(f"/admin/users/{sub}/edit", method="POST", data=form)
    assert page.status == 422 and "give up your own role" in page.text


DETAILS = {
    "given_name": "Grace",
    "family_name": "Hopper",
    "birthdate": "1906-12-09",
    "phone_number": "+12025550123",
    "zoneinfo": "America/New_York",
    "locale": "en-US",
    "website": "https://example.com/grace",
}


def test_what_apps_may_be_told_of_a_person(admin, auth_service):
    name = f"details-{secrets.token_hex(4)}"
    address = {"street_address": "1 Main Street\nBack door", "locality": "Arlington", "postal_code": "22202"}
    made = admin.submit(admin.open("/admin/users/new"), username=name, **DETAILS, **address)
    assert made.status == 201, made.text
    user = auth_service.api("GET", f"users?search={name}")["items"][0]

    assert {key: user[key] for key in DETAILS} == DETAILS
    assert user["address"] == address
    page = admin.open(f"/admin/users/{user['sub']}")
    assert "Arlington" in page.text and "+12025550123" in page.text

    edit = admin.open(f"/admin/users/{user['sub']}/edit")
    admin.submit(edit, locality="", street_address="", postal_code="", phone_number_verified="y")
    after = auth_service.api("GET", f"users/{user['sub']}")
    assert after["address"] is None and after["phone_number_verified"]
    assert after["given_name"] == "Grace"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birthdate", "yesterday"),
        ("phone_number", "911"),
        ("locale", "English"),
        ("picture", "http://a.example/"),
    ],
)
def test_a_detail_that_is_wrong_is_named_and_the_part_is_open(admin, field, value):
    page = admin.submit(admin.open("/admin/users/new"), **{"username": "kept-name", field: value})

    assert page.status == 422 and "kept-name" in page.text
    assert f'id="{field}-error"' in page.text
    assert '<details class="more" open' in page.text
