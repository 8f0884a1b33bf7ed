"""Signing out ends the session here, the tokens, and the session at auth-service."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.admin_ui.browser import Browser
from tests.admin_ui.test_token_refresh import tokens_of


@pytest.fixture
def admin(fresh_admin: Browser) -> Browser:
    """With tokens that these tests may use up."""
    return fresh_admin


def test_it_ends_both_sessions_and_the_tokens(ui, admin, auth_service):
    tokens = tokens_of(ui, admin)
    assert auth_service.is_active(tokens["access_token"])

    page = admin.submit(admin.open("/admin/clients"), action="/admin/logout")

    assert "You are signed out" in page.text
    assert page.url == f"{admin.issuer}/admin/?state=signed-out"
    assert admin.session_cookie is None
    assert not auth_service.is_active(tokens["access_token"])
    assert not auth_service.is_active(tokens["refresh_token"])
    assert admin.open("/admin/").path == "/login"


def test_the_browser_is_sent_to_the_end_session_endpoint(ui, admin):
    id_token = tokens_of(ui, admin)["id_token"]

    page = admin.submit(admin.open("/admin/clients"), action="/admin/logout", follow=False)

    target = urlsplit(page.headers["Location"])
    assert target.path == "/oauth/logout"
    query = parse_qs(target.query)
    assert query["id_token_hint"] == [id_token]
    assert query["post_logout_redirect_uri"] == [f"{admin.issuer}/admin/"]
    assert admin.session_cookie is None


def test_it_takes_a_post_with_a_token(admin):
    assert admin.open("/admin/logout").status == 405
    assert admin.open("/admin/logout", method="POST").status == 400
    assert admin.open("/admin/clients", follow=False).status == 200


def test_a_stolen_cookie_is_worth_nothing_afterwards(ui, admin):
    stolen = admin.session_cookie.value
    thief = Browser(ui, admin.issuer)
    thief.sign_in("thief")
    admin.submit(admin.open("/admin/clients"), action="/admin/logout")

    thief.put_session(stolen)

    assert thief.open("/admin/users", follow=False).status in (302, 403)
    thief.close()
