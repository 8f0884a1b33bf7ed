"""What the app may ask of the sign-in: not to ask, to ask again, how old it may be."""

import pytest
import requests

from tests.e2e.browser import Browser, parse_answer
from tests.e2e.html_forms import forms_of
from tests.e2e.oauth_client import OAuthClient


def ask(client: OAuthClient, browser: Browser, **parameters: str) -> requests.Response:
    """Where an authorization request of someone who has signed in and allowed this leads at first."""
    request, _ = client.authorization(scope="openid", **parameters)
    return browser.open("/oauth/authorize", **request)


@pytest.fixture
def known(web_app: OAuthClient, browser: Browser) -> Browser:
    """The browser of a person who has allowed the web app to know who they are."""
    web_app.tokens_by_code(browser, scope="openid")
    return browser


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_none_answers_at_once_for_who_is_known(web_app: OAuthClient, known: Browser) -> None:
    answer = ask(web_app, known, prompt="none")
    assert "code" in parse_answer(answer.headers["Location"]).query


@pytest.mark.rfc("OIDC Core §3.1.2.6")
def test_none_is_login_required_for_a_stranger(web_app: OAuthClient, browser: Browser) -> None:
    answer = ask(web_app, browser, prompt="none", state="s")
    assert parse_answer(answer.headers["Location"]).query["error"] == "login_required"


@pytest.mark.rfc("OIDC Core §3.1.2.6")
def test_none_is_consent_required_for_more(web_app: OAuthClient, known: Browser) -> None:
    request, _ = web_app.authorization(scope="openid email", prompt="none")
    answer = known.open("/oauth/authorize", **request)
    assert parse_answer(answer.headers["Location"]).query["error"] == "consent_required"


@pytest.mark.rfc("OIDC Core §3.1.2.1")
@pytest.mark.parametrize(
    ("parameters", "page"),
    [
        ({"prompt": "login"}, "/login"),
        ({"prompt": "consent"}, "/consent"),
        ({"max_age": "0"}, "/login"),
    ],
)
def test_the_person_is_asked_again_where_the_app_wants_it(
    web_app: OAuthClient, known: Browser, parameters: dict[str, str], page: str
) -> None:
    asked = ask(web_app, known, **parameters)
    assert asked.url.startswith(web_app.gateway.url + page)
    answer = known.sign_in(asked) if page == "/login" else known.submit(asked, decision="allow")
    assert "code" in parse_answer(answer.headers["Location"]).query


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_the_person_chooses_the_account_where_the_app_wants_it(web_app: OAuthClient, known: Browser) -> None:
    asked = ask(web_app, known, prompt="select_account")
    assert asked.url.startswith(f"{web_app.gateway.url}/select-account")
    [(name, subject)] = next(form.buttons for form in forms_of(asked.text) if form.buttons)
    answer = known.submit(asked, **{name: subject})
    assert "code" in parse_answer(answer.headers["Location"]).query


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_max_age_is_content_with_a_recent_sign_in(web_app: OAuthClient, known: Browser) -> None:
    answer = ask(web_app, known, max_age="3600")
    assert "code" in parse_answer(answer.headers["Location"]).query


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_login_hint_fills_in_the_name(web_app: OAuthClient, browser: Browser) -> None:
    assert 'value="carla &#34;&lt;b&gt;"' in ask(web_app, browser, login_hint='carla "<b>').text
