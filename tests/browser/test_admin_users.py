"""Users in the admin pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import PASSWORD, confirm, sign_in


@pytest.fixture
def user(admin_api, username) -> dict:
    """A user with tokens of the demo's web app."""
    return admin_api.create_user(username=username, name="Grace", email=f"{username}@example.com")


@pytest.fixture
def opened(admin, user) -> Page:
    """The user's page."""
    admin.goto(f"/admin/users/{user['sub']}")
    return admin


def test_a_user_is_created_and_found(admin, username):
    admin.goto("/admin/users")
    admin.get_by_role("link", name="New user").click()
    admin.get_by_label("Username").fill(username)
    admin.get_by_label("Email").fill("ada@example.com")
    admin.get_by_role("button", name="Create").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text(f"{username} is created")
    expect(admin.locator("#password")).to_have_text(PASSWORD)
    admin.reload()
    expect(admin.locator("#password")).to_have_count(0)
    admin.goto("/admin/users")
    admin.get_by_role("searchbox").fill(username)
    expect(admin.locator("tbody tr")).to_have_count(1)
    admin.get_by_role("link", name=username).click()
    expect(admin.get_by_text("ada@example.com")).to_be_visible()


def test_a_taken_name_is_refused_at_its_field(admin, user):
    admin.goto("/admin/users/new")
    admin.get_by_label("Username").fill(user["username"])
    admin.get_by_role("button", name="Create").click()
    expect(admin.locator("#username-error")).to_be_visible()


def test_a_disabled_user_is_out_and_comes_back(opened, open_window, user):
    person = open_window()
    person.goto("/login")
    sign_in(person, user["username"])
    expect(person.get_by_text("Signed in as")).to_be_visible()
    opened.get_by_role("link", name="Disable").click()
    confirm(opened, "Disable user")
    expect(opened.get_by_role("heading", level=1)).to_contain_text("disabled")
    person.goto("/")
    expect(person.get_by_role("link", name="Sign in")).to_be_visible()
    person.goto("/login")
    sign_in(person, user["username"])
    expect(person.get_by_role("alert")).to_be_visible()
    opened.get_by_role("button", name="Enable").click()
    expect(opened.get_by_role("link", name="Disable")).to_be_visible()
    sign_in(person, user["username"])
    expect(person.get_by_text("Signed in as")).to_be_visible()


def test_a_password_is_reset(opened, user):
    opened.get_by_role("link", name="Reset password").click()
    confirm(opened, "Reset password")
    expect(opened.get_by_role("heading", level=1)).to_contain_text("signed out everywhere")
    expect(opened.locator("#password")).to_have_text(PASSWORD)


def test_a_user_is_changed(opened, user):
    opened.get_by_role("link", name="Edit").click()
    opened.get_by_role("textbox", name="Name").fill("Grace Hopper")
    opened.get_by_role("button", name="Save").click()
    expect(opened.get_by_text("Grace Hopper")).to_be_visible()


def test_a_user_is_deleted_by_typing_the_name(opened, admin_api, user):
    opened.get_by_role("link", name="Delete").click()
    expect(opened.get_by_role("button", name="Delete user")).to_be_disabled()
    confirm(opened, "Delete user", typed=user["username"])
    expect(opened.get_by_text(f"{user['username']} is deleted.")).to_be_visible()
    assert admin_api.call("GET", f"/users/{user['sub']}").status_code == 404


def test_administrators_do_not_lock_themselves_out(admin):
    admin.goto("/admin/users?search=admin")
    admin.get_by_role("link", name="admin", exact=True).click()
    expect(admin.get_by_role("heading", level=1)).to_contain_text("administrator")
    expect(admin.get_by_role("link", name=re.compile("Disable|Delete"))).to_have_count(0)
