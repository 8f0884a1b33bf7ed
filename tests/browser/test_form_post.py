"""The answer as a form (OAuth Form Post): posted by our script as the policy allows it, or by the person's click."""

import pytest

from tests.browser.pages import sign_in

EVERYTHING = "code id_token token"
STATE = 'a state & "more" <b>\'é'


@pytest.fixture
def app(register):
    return register(
        application_type="native",
        grant_types=["authorization_code", "implicit"],
        response_types=["code", EVERYTHING],
    )


def ask(page, app, username, decision="Allow", **parameters):
    """Sign in and decide on a request whose answer is a form."""
    page.goto(app.authorization_path(response_mode="form_post", scope="openid profile", **parameters))
    sign_in(page, username)
    page.get_by_role("button", name=decision, exact=True).click()


@pytest.mark.rfc("OAuth Form Post §2")
@pytest.mark.parametrize("response_type", ["code", EVERYTHING])
def test_a_script_posts_it(window, app, redirect_target, username, response_type):
    ask(window, app, username, response_type=response_type, nonce="n", state=STATE)
    window.wait_for_url(app.redirect_uri)
    posted = redirect_target.posted.get(timeout=5)
    assert posted["state"] == STATE
    assert posted["iss"] == app.client.gateway.url
    assert ("id_token" in posted, "access_token" in posted) == (response_type != "code",) * 2
    assert app.whoami(app.redeem(posted["code"]))["username"] == username


@pytest.mark.rfc("OAuth Form Post §2")
def test_where_no_scripts_run_a_button_posts_it(open_window, app, redirect_target, username):
    plain = open_window(java_script_enabled=False)
    ask(plain, app, username, state=STATE)
    plain.get_by_role("button", name="Continue").click()
    plain.wait_for_url(app.redirect_uri)
    posted = redirect_target.posted.get(timeout=5)
    assert posted["state"] == STATE
    assert app.whoami(app.redeem(posted["code"]))["username"] == username


@pytest.mark.rfc("OAuth Form Post §2")
def test_a_no_is_posted_too(window, app, redirect_target, username):
    ask(window, app, username, decision="Deny", state=STATE)
    window.wait_for_url(app.redirect_uri)
    posted = redirect_target.posted.get(timeout=5)
    assert (posted["error"], posted["state"]) == ("access_denied", STATE)
    assert "code" not in posted
