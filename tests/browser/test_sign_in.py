"""Signing in and out."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import sign_in


def test_a_person_signs_in_and_out(window, username):
    window.goto("/")
    window.get_by_role("link", name="Sign in").click()
    sign_in(window, username)
    expect(window).to_have_url(re.compile(r"/$"))
    expect(window.get_by_text("Signed in as")).to_be_visible()
    expect(window.get_by_text(username)).to_be_visible()
    window.get_by_role("button", name="Sign out").click()
    expect(window.get_by_role("heading")).to_have_text("You are signed out")
    window.goto("/")
    expect(window.get_by_role("link", name="Sign in")).to_be_visible()
    expect(window.get_by_text(username)).to_have_count(0)


def test_a_wrong_password_is_said_neutrally_and_loses_nothing(window, username):
    window.goto("/login")
    sign_in(window, username, "wrong")
    expect(window.get_by_role("alert")).to_have_text("The username or password is wrong.")
    expect(window.get_by_label("Username")).to_have_value(username)
    expect(window.get_by_label("Password", exact=True)).to_be_focused()
    expect(window.get_by_label("Password", exact=True)).to_have_value("")
    sign_in(window, username)
    expect(window).to_have_url(re.compile(r"/$"))


def test_a_second_click_undoes_nothing(window, register, username):
    app = register()
    window.goto(app.authorization_path())
    window.get_by_label("Username").fill(username)
    window.get_by_label("Password", exact=True).fill("valid")
    window.get_by_role("button", name="Sign in").dblclick()
    expect(window.get_by_role("heading", level=1)).to_have_text("Allow access?")
    window.get_by_role("button", name="Allow").dblclick()
    assert "code" in app.answer(window)


def test_the_password_can_be_shown(window):
    window.goto("/login")
    password = window.get_by_label("Password", exact=True)
    password.fill("what I type")
    window.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_have_value("what I type")
    window.get_by_role("button", name=re.compile("Hide|Show")).click()
    expect(password).to_have_attribute("type", "password")


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_an_app_hears_from_the_window_that_it_opened(window, register, gateway_url, username):
    """Its page waits there for the answer (`display=popup`), and gives up when that window is closed."""
    app = register()
    window.goto(app.redirect_uri)
    with window.expect_popup() as opened:
        window.evaluate(
            "(url) => { opened = open(url) }", gateway_url + app.authorization_path(display="popup")
        )
    popup = opened.value
    expect(popup.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert window.evaluate("opened.closed") is False
    sign_in(popup, username)
    popup.get_by_role("button", name="Allow").click()
    assert "code" in app.answer(popup)
    assert popup.evaluate("opener.location.href") == app.redirect_uri


def test_password_managers_find_their_fields(window):
    window.goto("/login")
    expect(window.get_by_label("Username")).to_have_attribute("autocomplete", re.compile("username"))
    expect(window.get_by_label("Password", exact=True)).to_have_attribute("autocomplete", "current-password")


def test_each_page_of_the_demo_says_that_it_is_one(window, register):
    for path in ("/", "/login", "/signed-out", "/no-such-page", register().authorization_path()):
        window.goto(path)
        expect(window.get_by_role("note")).to_contain_text("Demo")


def test_a_page_that_asks_somebody_signed_out_leads_back_to_it(window):
    window.goto("/admin/users")
    sign_in(window, "admin")
    expect(window).to_have_url(re.compile(r"/admin/users$"))
    expect(window.get_by_role("heading", level=1)).to_have_text("Users")
