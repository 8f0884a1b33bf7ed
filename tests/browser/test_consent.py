"""The question whether an app may have what it asks for."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import App
from tests.browser.pages import sign_in


@pytest.fixture
def app(register) -> App:
    return register(client_name="Photo album", policy_uri="https://app.example.com/privacy")


@pytest.fixture
def asked(window, app, username) -> Page:
    """The consent page, shown to somebody who came from the app and signed in."""
    window.goto(app.authorization_path(scope="openid profile notes:read"))
    expect(window.get_by_text("to continue to Photo album")).to_be_visible()
    sign_in(window, username)
    expect(window.get_by_role("heading", level=1)).to_have_text("Allow access?")
    return window


def test_it_says_who_asks_for_what_and_where_the_answer_goes(asked, username, redirect_target):
    expect(asked.get_by_text("Photo album")).to_be_visible()
    scopes = asked.get_by_role("listitem")
    expect(scopes).to_contain_text(["Know who you are", "See your name and username", "Read your notes"])
    expect(asked.get_by_text(f"127.0.0.1:{redirect_target.port}")).to_be_visible()
    expect(asked.get_by_text(username)).to_be_visible()
    privacy = asked.get_by_role("link", name="Privacy policy")
    expect(privacy).to_have_attribute("href", "https://app.example.com/privacy")


def test_who_allows_gives_the_app_a_token(asked, app, username):
    asked.get_by_role("button", name="Allow").click()
    token = app.redeem(app.answer(asked)["code"])
    assert app.whoami(token)["username"] == username


def test_who_denies_gives_nothing(asked, app):
    asked.get_by_role("button", name="Deny").click()
    answer = app.answer(asked)
    assert answer["error"] == "access_denied"
    assert "code" not in answer


def test_allow_and_deny_weigh_the_same(asked):
    looks = [
        asked.get_by_role("button", name=name).evaluate(
            "(button) => { const it = getComputedStyle(button), box = button.getBoundingClientRect();"
            "return [it.color, it.backgroundColor, it.borderColor, it.fontWeight, it.fontSize, box.width, box.height]}"
        )
        for name in ("Allow", "Deny")
    ]
    assert looks[0] == looks[1]


def test_somebody_else_can_take_over(asked, app, username):
    asked.get_by_role("button", name="Not you?").click()
    expect(asked.get_by_text("to continue to Photo album")).to_be_visible()
    sign_in(asked, f"{username}-friend")
    expect(asked.get_by_text(f"{username}-friend")).to_be_visible()
    asked.get_by_role("button", name="Allow").click()
    token = app.redeem(app.answer(asked)["code"])
    assert app.whoami(token)["username"] == f"{username}-friend"


def test_what_was_allowed_is_not_asked_again_but_more_is(asked, app):
    asked.get_by_role("button", name="Allow").click()
    first = app.answer(asked)["code"]
    asked.goto(app.authorization_path(scope="openid profile"))
    assert app.answer(asked)["code"] != first
    asked.goto(app.authorization_path(scope="profile email"))
    expect(asked.get_by_role("listitem")).to_contain_text(["See your email address"])


def test_an_answer_is_given_once(asked, app):
    asked.get_by_role("button", name="Allow").click()
    app.answer(asked)
    asked.go_back()
    expect(asked.get_by_role("heading", level=1)).to_have_text("This sign-in has expired")


def test_two_tabs_do_not_mix_their_requests(asked, app, register):
    other = register(client_name="Calendar")
    second = asked.context.new_page()
    second.goto(other.authorization_path(scope="email"))
    expect(second.get_by_text("Calendar")).to_be_visible()
    asked.get_by_role("button", name="Deny").click()
    assert app.answer(asked)["error"] == "access_denied"
    second.get_by_role("button", name="Allow").click()
    assert other.answer(second)["code"]


def test_an_app_with_an_unknown_address_is_not_answered(window, app):
    shown = window.goto(app.authorization_path(redirect_uri="https://elsewhere.example.com/callback"))
    assert shown.status == 400
    expect(window.get_by_role("heading", level=1)).to_have_text("This app's request is not right")
    expect(window.get_by_text("https://elsewhere.example.com/callback")).to_be_visible()
    expect(window.locator("#request-id")).to_have_text(shown.header_value("X-Request-ID"))


def test_an_app_can_end_the_session(asked, app, username):
    asked.goto("/oauth/logout")
    expect(asked.get_by_text(username)).to_be_visible()
    asked.get_by_role("button", name="Sign out").click()
    expect(asked.get_by_role("heading", level=1)).to_have_text("You are signed out")
    asked.goto(app.authorization_path())
    expect(asked.get_by_role("heading", level=1)).to_have_text("Sign in")
