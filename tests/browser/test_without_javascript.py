"""What matters works where scripts do not run."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import confirm, create_client, shown_client_id, shown_secret, sign_in
from tests.e2e.oauth_client import OAuthClient


@pytest.fixture
def plain(open_window) -> Page:
    return open_window(java_script_enabled=False)


@pytest.fixture
def plain_admin(open_window, admin_cookies) -> Page:
    return open_window(java_script_enabled=False, storage_state=admin_cookies)


def test_sign_in_and_consent(plain, register, username):
    app = register()
    plain.goto(app.authorization_path())
    expect(plain.get_by_role("button", name="Show password")).to_be_hidden()
    sign_in(plain, username)
    plain.get_by_role("button", name="Allow").click()
    assert app.whoami(app.redeem(app.answer(plain)["code"]))["username"] == username


def test_a_client_is_created_found_and_deleted(plain_admin, gateway, username):
    name = f"Plain {username}"
    create_client(plain_admin, "Machine", name, scopes="profile")
    client = OAuthClient(gateway, shown_client_id(plain_admin), shown_secret(plain_admin))
    assert client.request_token("client_credentials").status_code == 200
    plain_admin.goto("/admin/clients")
    plain_admin.get_by_role("searchbox").fill(name)
    plain_admin.get_by_role("button", name="Search").click()
    expect(plain_admin.locator("tbody tr")).to_have_count(1)
    plain_admin.get_by_role("link", name=name).click()
    plain_admin.get_by_role("link", name="Delete").click()
    confirm(plain_admin, "Delete client", typed="another name")
    expect(plain_admin.get_by_text("This is not the name.")).to_be_visible()
    confirm(plain_admin, "Delete client", typed=name)
    expect(plain_admin.get_by_text(f"{name} is deleted.")).to_be_visible()
    assert client.request_token("client_credentials").status_code == 401


def test_the_dark_theme_can_be_chosen(plain_admin):
    plain_admin.goto("/admin/")
    plain_admin.get_by_role("button", name="Theme: as the system. Change it.").click()
    plain_admin.get_by_role("button", name="Theme: light. Change it.").click()
    expect(plain_admin.locator("html")).to_have_attribute("data-bs-theme", "dark")
