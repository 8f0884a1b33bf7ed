"""The session in its encrypted cookie: unreadable, unchangeable, bounded in size and time."""

import base64
import secrets

import pytest

from admin_ui.sealed_cookie import LARGEST, CookieSealer, TooLarge
from tests.admin_ui.browser import Browser


def is_signed_in(browser: Browser) -> bool:
    return browser.open("/admin/clients", follow=False).status == 200


@pytest.fixture
def admin(fresh_admin: Browser) -> Browser:
    """With tokens that these tests may use up."""
    return fresh_admin


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(admin):
    cookie = admin.session_cookie

    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.path == "/admin"
    assert len(cookie.value) < LARGEST


def test_under_https_it_is_secure_and_bound_to_the_host(make_ui):
    ui = make_ui(issuer="https://id.example", auth_service_url="http://127.0.0.1:1")

    answer = ui.test_client().post("/admin/theme", base_url="https://id.example")
    assert answer.status_code == 400  # no CSRF token
    rules = ui.session_interface._rules
    assert rules.name("session") == "__Host-gatehouse_admin_session"
    response = ui.response_class()
    rules.set(response, "session", "x", 60)
    cookie = response.headers["Set-Cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "Path=/;" in cookie and "Domain" not in cookie


def test_nothing_can_be_read_from_it(admin):
    value = admin.session_cookie.value
    parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in value.split(".")]

    assert not any(word in part for part in parts for word in (b"gat_", b"grt_", b"admin", b"person"))


@pytest.mark.parametrize("position", [5, 50, 200, -3])
def test_a_changed_cookie_is_no_session(admin, position):
    value = list(admin.session_cookie.value)
    value[position] = "A" if value[position] != "A" else "B"
    admin.put_session("".join(value))

    assert not is_signed_in(admin)


@pytest.mark.parametrize("value", ["", "x", "a.b.c.d.e", "é" * 10, "." * 4, "A" * 3950])
def test_rubbish_is_no_session(admin, value):
    admin.put_session(value)

    assert not is_signed_in(admin)


def test_a_cookie_of_another_key_or_purpose_is_no_session(admin, make_ui):
    secret = secrets.token_hex(20)
    content = {"content": {"person": {"sub": "x"}}, "started_at": 0, "seen_at": 4102444800}
    admin.put_session(CookieSealer(secret, "session").seal(content))
    assert not is_signed_in(admin)


def test_a_cookie_of_another_purpose_is_no_session(admin, make_ui):
    sealer = CookieSealer("k" * 40, "login attempt")
    other = Browser(make_ui(secret_key="k" * 40), admin.issuer)
    other.sign_in()
    session = other.ui.application.session_interface._sealer.unseal(other.session_cookie.value)
    assert is_signed_in(other)

    other.put_session(sealer.seal(session))

    assert not is_signed_in(other)
    other.close()


def test_it_ends_after_an_hour_without_use(admin, clock):
    clock.ahead = 3000
    assert is_signed_in(admin)
    clock.ahead = 6000
    assert is_signed_in(admin)

    clock.ahead = 6000 + 3601
    assert not is_signed_in(admin)


def test_it_ends_after_twelve_hours_whatever_happens(admin, clock):
    for ahead in range(3000, 43000, 3000):
        clock.ahead = ahead
        assert is_signed_in(admin)

    clock.ahead = 43201
    assert not is_signed_in(admin)


def test_too_large_a_content_is_refused():
    with pytest.raises(TooLarge):
        CookieSealer("k" * 32, "session").seal({"x": "y" * LARGEST})


def test_a_long_id_token_does_not_lose_the_session(ui, browser):
    browser.sign_in()
    value = ui.session_interface._sealer.unseal(browser.session_cookie.value)
    value["content"]["person"]["id_token"] = "x" * 1500
    value["content"]["_flashes"] = [("success", "y" * 900)]
    value["content"]["used_forms"] = ["x"]
    value["seen_at"] -= 120
    browser.put_session(ui.session_interface._sealer.seal(value))

    assert is_signed_in(browser)
    assert is_signed_in(browser)
    assert len(browser.session_cookie.value) <= LARGEST
    kept = ui.session_interface._sealer.unseal(browser.session_cookie.value)["content"]
    assert kept["used_forms"] == ["x"]


def test_two_systems_on_one_host_keep_apart(make_ui):
    first, second = make_ui(issuer="http://127.0.0.1:5000"), make_ui(issuer="http://127.0.0.1:5001")

    assert first.session_interface._rules.name("session") != second.session_interface._rules.name("session")
