"""Tokens, grants and signing keys in the admin pages."""

import re
import time
from collections.abc import Callable

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


def published(gateway) -> set[str]:
    """The ids of the keys that applications get."""
    return {key["kid"] for key in gateway.get("/oauth/jwks").json()["keys"]}


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes true while each worker of the server reads its keys anew, which takes some seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if all(holds() for _ in range(6)):  # each worker has answered by then
            return True
        time.sleep(0.2)
    return False


def test_the_signing_keys_are_rotated_and_one_is_revoked(admin, gateway):
    admin.goto("/admin/signing-keys")
    current = admin.get_by_text("current", exact=True)
    number = current.count()
    assert number == 4
    admin.get_by_role("link", name="Rotate now").click()
    confirm(admin, "Rotate now")
    expect(admin.get_by_text("The next signing keys are published.")).to_be_visible()
    expect(admin.get_by_text("next", exact=True)).to_have_count(4)
    kids = set(admin.locator("code[id^=kid-]").all_inner_texts())
    assert eventually(lambda: len(kids & published(gateway)) == 2 * number)
    admin.get_by_role("link", name="Revoke the next PS256 key at once").click()
    kid = admin.locator("strong.user-select-all").inner_text()
    expect(admin.get_by_role("button", name="Revoke at once")).to_be_disabled()
    confirm(admin, "Revoke at once", typed=kid)
    expect(admin.get_by_text(f"The PS256 key {kid} is revoked.")).to_be_visible()
    assert eventually(lambda: kid not in published(gateway))


def test_an_initial_access_token_is_made_and_deleted(admin, username):
    admin.goto("/admin/registration")
    admin.get_by_role("link", name="New token").click()
    admin.get_by_role("textbox", name="Name").fill(username)
    admin.get_by_label("Clients it may register").fill("2")
    admin.get_by_role("button", name="Make the token").click()
    expect(admin.locator("#initial-access-token")).to_contain_text("gia_")
    expect(admin).to_have_url(re.compile("/admin/registration$"))
    admin.get_by_role("link", name="To all tokens").click()
    row = admin.get_by_role("row").filter(has_text=username)
    expect(row).to_contain_text("2 of 2")
    row.get_by_role("link", name="Delete").click()
    confirm(admin, "Delete token")
    expect(admin.get_by_text("The token is deleted.")).to_be_visible()
    expect(row).to_have_count(0)
