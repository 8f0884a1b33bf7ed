"""Quiet renewal of access tokens: each refresh token is redeemed once, whoever asks at the same moment."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.admin_ui.browser import Browser


def tokens_of(ui, browser: Browser) -> dict:
    """What the session cookie holds of the person."""
    return ui.session_interface._sealer.unseal(browser.session_cookie.value)["content"]["person"]


def id_of(token: str) -> str:
    """The name of a token in the admin API: its hash."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def admin(fresh_admin: Browser) -> Browser:
    """With tokens that these tests may use up."""
    return fresh_admin


@pytest.fixture
def redemptions(ui, monkeypatch) -> list[str]:
    """The refresh tokens that were sent to the real token endpoint."""
    seen: list[str] = []
    token_refresh = ui.extensions["admin_ui"].token_refresh
    redeem = token_refresh._redeem

    def note(refresh_token: str):
        seen.append(refresh_token)
        return redeem(refresh_token)

    monkeypatch.setattr(token_refresh, "_redeem", note)
    return seen


def test_an_expired_access_token_is_renewed_without_a_word(ui, admin, clock, redemptions):
    before = tokens_of(ui, admin)
    clock.ahead = 3590

    page = admin.open("/admin/clients", follow=False)

    assert page.status == 200
    after = tokens_of(ui, admin)
    assert redemptions == [before["refresh_token"]]
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert after["id_token"]


def test_a_good_access_token_is_left_alone(admin, redemptions):
    admin.open("/admin/clients")

    assert redemptions == []


def test_a_revoked_access_token_is_replaced(ui, admin, auth_service, redemptions):
    auth_service.api("DELETE", f"tokens/{id_of(tokens_of(ui, admin)['access_token'])}")

    assert admin.open("/admin/clients", follow=False).status == 200
    assert len(redemptions) == 1


@pytest.mark.rfc("9700 §4.14.2")
def test_requests_at_the_same_moment_redeem_once(ui, admin, clock, auth_service, redemptions):
    clock.ahead = 3590
    cookie = admin.session_cookie

    def load(number: int) -> int:
        sibling = ui.test_client()
        sibling.set_cookie(cookie.key, cookie.value, path="/admin", domain=cookie.domain)
        return sibling.get("/admin/clients", base_url=auth_service.issuer).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(load, range(16)))

    assert statuses == [200] * 16
    assert len(redemptions) == 1


def test_a_sibling_that_comes_some_seconds_later_shares_the_answer(
    ui, admin, clock, auth_service, redemptions
):
    clock.ahead = 3575
    old = admin.session_cookie.value
    admin.open("/admin/clients")
    clock.ahead += 20
    admin.put_session(old)

    assert admin.open("/admin/clients", follow=False).status == 200
    assert len(redemptions) == 1
    assert auth_service.is_active(tokens_of(ui, admin)["access_token"])


def test_a_slow_request_does_not_put_the_old_tokens_back(ui, admin, clock):
    old = admin.session_cookie.value
    clock.ahead = 3590
    admin.open("/admin/clients")
    renewed = tokens_of(ui, admin)
    admin.put_session(old)

    admin.open("/admin/clients/new")  # asks for nothing, but sets the cookie anew

    assert tokens_of(ui, admin) == renewed


def test_when_nothing_can_be_renewed_people_sign_in_again(ui, admin, auth_service, clock):
    clock.ahead = 60
    auth_service.api("DELETE", f"tokens/{id_of(tokens_of(ui, admin)['refresh_token'])}")

    page = admin.open("/admin/users", follow=False)

    assert page.status == 302
    assert page.headers["Location"].endswith("/admin/login?next=%2Fadmin%2Fusers")
    assert admin.session_cookie is None
    assert admin.open(page.headers["Location"]).path == "/admin/users"  # auth-service still knows them


def test_people_are_not_sent_round_in_circles(admin, auth_service, ui):
    auth_service.api("DELETE", f"tokens/{id_of(tokens_of(ui, admin)['refresh_token'])}")

    page = admin.open("/admin/users")

    assert page.status == 403
    assert "You cannot be signed in" in page.text
