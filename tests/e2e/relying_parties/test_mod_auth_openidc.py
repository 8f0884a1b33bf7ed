"""Debian's mod_auth_openidc: an Apache protects a page with each response type, and lets go of it at each logout."""

import os
import time
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from tests.e2e.browser import Browser, parse_answer
from tests.e2e.gateway import Gateway
from tests.e2e.html_forms import form_with, forms_of
from tests.e2e.oauth_client import OAuthClient
from tests.e2e.relying_parties import apache as apache_server
from tests.e2e.relying_parties.apache import Apache

RESPONSE_TYPES = ("code", "id_token", "id_token token", "code id_token", "code token", "code id_token token")
DELIVERY = 20  # seconds

pytestmark = [
    pytest.mark.skipif(bool(apache_server.missing()), reason=str(apache_server.missing())),
    pytest.mark.skipif(
        os.environ.get("GATEHOUSE_E2E") == "docker", reason="a container cannot call the host's loopback"
    ),
]


@pytest.fixture(scope="module")
def apache(gateway: Gateway, register) -> Iterator[Apache]:
    """The server, with a client for each response type."""
    with Apache(gateway.url, RESPONSE_TYPES) as server:
        clients = {name: register(**server.registration(name)) for name in RESPONSE_TYPES}
        yield server.start({name: (client.client_id, client.secret) for name, client in clients.items()})


def visit(person: Browser, url: str) -> requests.Response:
    """Go there, over redirects, sign-in, consent and forms that post themselves; returns the page at the end."""
    page = person.http.get(url)
    for _ in range(20):
        if page.is_redirect:
            page = person.http.get(urljoin(page.url, page.headers["Location"]))
        elif posts_itself(page):
            form = form_with(page.text)
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
            page = person.http.post(str(form.action), data=form.fields, headers={"Origin": origin})
        elif urlsplit(page.url).path == "/login":
            page = person.send_form(page, username=person.username, password="valid")
        elif urlsplit(page.url).path == "/consent":
            page = person.send_form(page, decision="allow")
        else:
            return page
    raise AssertionError(f"no end, last at {page.url}")


def posts_itself(page: requests.Response) -> bool:
    """Whether it is the page of `form_post`: a form to another site."""
    forms = forms_of(page.text)
    here = urlsplit(page.url).netloc
    return len(forms) == 1 and urlsplit(forms[0].action or "").netloc not in ("", here)


def sign_in(person: Browser, site: str) -> None:
    """Get to see the protected page."""
    page = visit(person, f"{site}/private/")
    assert (page.status_code, page.url) == (200, f"{site}/private/"), page.text
    assert page.text == "The private page"
    assert page.headers["Remote-User"] == person.username


def may_enter(person: Browser, site: str) -> bool:
    """Whether the person is still signed in there."""
    return person.http.get(f"{site}/private/").status_code == 200


@pytest.mark.rfc("OIDC Core §3, OAuth Form Post §2")
@pytest.mark.parametrize("response_type", RESPONSE_TYPES)
def test_it_lets_in_who_signed_in(apache: Apache, person: Browser, response_type: str) -> None:
    site = apache.url(response_type)
    assert not may_enter(person, site)
    sign_in(person, site)
    assert may_enter(person, site)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_signing_out_there_signs_out_here(apache: Apache, web_app: OAuthClient, person: Browser) -> None:
    site = apache.url("code")
    sign_in(person, site)
    page = visit(person, f"{site}/private/callback?logout={site}/goodbye/")
    assert page.url == f"{site}/goodbye/"
    assert not may_enter(person, site)
    request, _ = web_app.authorization(scope="openid", prompt="none")
    assert (
        parse_answer(person.visit_for_client("/oauth/authorize", **request)).query["error"]
        == "login_required"
    )


def sign_out_elsewhere(person: Browser, app: OAuthClient) -> None:
    """Sign in to another app and out of it: of the site nobody hears but over the back channel."""
    tokens = app.tokens_by_code(person, scope="openid")
    person.open("/oauth/logout", id_token_hint=tokens["id_token"])


def is_let_go(person: Browser, site: str) -> bool:
    """Whether the person has to sign in there again, once the notice had its time."""
    deadline = time.monotonic() + DELIVERY
    while may_enter(person, site):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
@pytest.mark.parametrize("response_type", ["code", "code id_token"])
def test_signing_out_elsewhere_signs_out_there(
    apache: Apache, web_app: OAuthClient, person: Browser, response_type: str
) -> None:
    site = apache.url(response_type)
    sign_in(person, site)
    sign_out_elsewhere(person, web_app)
    assert is_let_go(person, site)


@pytest.mark.rfc("OIDC Back-Channel Logout §2.4")
def test_only_who_signed_out_is_signed_out(
    apache: Apache, web_app: OAuthClient, person: Browser, new_browser
) -> None:
    site, other = apache.url("code"), new_browser()
    elsewhere = new_browser(person.username)
    for browser in (other, elsewhere, person):
        sign_in(browser, site)
    sign_out_elsewhere(person, web_app)
    assert is_let_go(person, site)
    assert may_enter(other, site)
    assert may_enter(elsewhere, site)  # the same person's session in another browser
