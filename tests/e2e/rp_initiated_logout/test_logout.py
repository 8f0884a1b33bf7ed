"""Signing out because an app asks for it."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.e2e.browser import Browser, parse_answer
from tests.e2e.oauth_client import OAuthClient

AFTERWARDS = "http://127.0.0.1:4600/signed-out"


@pytest.fixture(scope="session")
def app(register: Callable[..., OAuthClient]) -> OAuthClient:
    return register(post_logout_redirect_uris=[AFTERWARDS])


def is_signed_in(browser: Browser) -> bool:
    """Whether the sign-in page sends the person on."""
    return urlsplit(browser.open("/login").url).path != "/login"


@pytest.fixture
def hint(app: OAuthClient, browser: Browser) -> str:
    """The id_token of the person who has signed in."""
    return app.tokens_by_code(browser, scope="openid")["id_token"]


@pytest.mark.rfc("OIDC RP-Initiated Logout §2, §3")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_app_that_knows_the_person_signs_them_out(
    app: OAuthClient, browser: Browser, hint: str, method: str
) -> None:
    fields = {"id_token_hint": hint, "post_logout_redirect_uri": AFTERWARDS, "state": "s"}
    send = {"params": fields} if method == "GET" else {"data": fields}
    answer = browser.follow(browser.http.request(method, "/oauth/logout", **send))
    target = parse_answer(answer.headers["Location"])
    assert (target.uri, target.query) == (AFTERWARDS, {"state": "s"})
    assert not is_signed_in(browser)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2, §3")
@pytest.mark.parametrize("names_itself", [True, False])
def test_without_a_hint_the_person_is_asked_first(
    app: OAuthClient, browser: Browser, hint: str, names_itself: bool
) -> None:
    client = {"client_id": app.client_id} if names_itself else {}
    page = browser.open("/oauth/logout", post_logout_redirect_uri=AFTERWARDS, **client)
    assert page.status_code == 200
    assert is_signed_in(browser)
    page = browser.submit(page, "/logout")
    if names_itself:  # the person has agreed to this app's wish, at an address that it registered
        assert page.headers["Location"] == AFTERWARDS
    else:  # who asked is not known, so there is nothing to hold the address against
        assert urlsplit(page.url).path == "/signed-out"
    assert not is_signed_in(browser)


@pytest.mark.rfc("OIDC RP-Initiated Logout §3, §4")
@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", AFTERWARDS + "/", AFTERWARDS + "?x=1", "javascript:alert(1)", "//evil.example"],
)
def test_an_address_that_is_not_registered_is_never_gone_to(
    app: OAuthClient, browser: Browser, hint: str, target: str
) -> None:
    page = browser.open("/oauth/logout", id_token_hint=hint, post_logout_redirect_uri=target)
    assert (page.status_code, urlsplit(page.url).path) == (400, "/oauth/logout")
    assert is_signed_in(browser)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
@pytest.mark.parametrize("forge", ["not-a-jwt", "e30.e30.e30", "tampered"])
def test_a_forged_hint_signs_nobody_out(browser: Browser, hint: str, forge: str) -> None:
    forged = (
        hint[:-6] + ("AAAAAA" if not hint.endswith("AAAAAA") else "BBBBBB") if forge == "tampered" else forge
    )
    page = browser.open("/oauth/logout", id_token_hint=forged)
    assert page.status_code == 400
    assert is_signed_in(browser)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_somebody_elses_hint_asks_first(app: OAuthClient, hint: str, new_browser) -> None:
    other: Browser = new_browser()
    other.sign_in()
    page = other.open("/oauth/logout", id_token_hint=hint, post_logout_redirect_uri=AFTERWARDS)
    assert page.status_code == 200
    assert is_signed_in(other)


def test_our_own_button(browser: Browser) -> None:
    browser.sign_in()
    assert is_signed_in(browser)
    page = browser.submit(browser.open("/"), "/logout")
    assert urlsplit(page.url).path == "/signed-out"
    assert not is_signed_in(browser)


def test_the_administration_signs_out_of_both(browser: Browser) -> None:
    page = browser.sign_in(browser.open("/admin/"))
    assert urlsplit(page.url).path.startswith("/admin/")
    browser.submit(page, "/admin/logout")
    assert not is_signed_in(browser)
    assert urlsplit(browser.open("/admin/").url).path == "/login"
