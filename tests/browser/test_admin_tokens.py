"""Tokens, grants and signing keys in the admin pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import App
from tests.browser.pages import confirm, sign_in


@pytest.fixture
def app(register) -> App:
    return register(client_name="Token test")


@pytest.fixture
def tokens(app, username) -> dict[str, str]:
    """A person's access and refresh token for the app."""
    return app.client.tokens_by_password(username)


@pytest.fixture
def opened(admin, app, tokens) -> Page:
    """The app's page, on which the two tokens are listed."""
    admin.goto(f"/admin/clients/{app.client.client_id}")
    return admin


def is_active(app: App, token: str) -> bool:
    return app.client.introspect(token).json()["active"]


def test_one_token_is_revoked(opened, app, tokens):
    row = opened.get_by_role("row").filter(has=opened.get_by_text("access", exact=True))
    row.get_by_role("link", name="Revoke").click()
    confirm(opened, "Revoke token")
    expect(opened.get_by_text("The token is revoked.")).to_be_visible()
    expect(opened.get_by_role("heading", level=1)).to_have_text("Token test")
    assert not is_active(app, tokens["access_token"])
    assert is_active(app, tokens["refresh_token"])


def test_all_tokens_of_a_client_are_revoked(opened, app, tokens):
    opened.get_by_role("link", name="Revoke all").click()
    confirm(opened, "Revoke all tokens")
    expect(opened.get_by_text("2 tokens of Token test revoked.")).to_be_visible()
    expect(opened.get_by_text("No valid tokens.")).to_be_visible()
    assert not is_active(app, tokens["access_token"])
    assert not is_active(app, tokens["refresh_token"])


def test_the_list_of_tokens_is_narrowed_down(opened, username):
    opened.get_by_role("link", name="All tokens").click()
    rows = opened.locator("tbody tr")
    expect(rows).to_have_count(2)
    opened.get_by_role("link", name="Refresh", exact=True).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(username)
    opened.get_by_role("link", name="Without the filter Client Token test").click()
    expect(opened).not_to_have_url(re.compile("client_id="))


def test_a_withdrawn_grant_is_asked_for_again(admin, window, app, username):
    window.goto(app.authorization_path())
    sign_in(window, username)
    window.get_by_role("button", name="Allow").click()
    token = app.redeem(app.answer(window)["code"])
    admin.goto(f"/admin/clients/{app.client.client_id}")
    admin.get_by_role("link", name=f"Withdraw the grant of {username} to Token test").click()
    confirm(admin, "Withdraw grant")
    expect(admin.get_by_text("The grant is withdrawn.")).to_be_visible()
    assert not is_active(app, token)
    window.goto(app.authorization_path())
    expect(window.get_by_role("heading", level=1)).to_have_text("Allow access?")


def test_the_signing_keys_are_rotated(admin, gateway):
    admin.goto("/admin/signing-keys")
    expect(admin.locator(".key-state", has_text="current")).to_have_count(4)
    admin.get_by_role("link", name="Rotate now").click()
    confirm(admin, "Rotate now")
    expect(admin.get_by_text("The next signing keys are published.")).to_be_visible()
    expect(admin.locator(".key-state", has_text="next")).to_have_count(4)
    shown = {admin.locator("code[id^=kid-]").nth(number).inner_text() for number in range(8)}
    assert {key["kid"] for key in gateway.get("/oauth/jwks").json()["keys"]} >= shown
