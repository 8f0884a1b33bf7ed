"""Signing out past the apps that sign out in the browser: their frames are loaded, and then it goes on."""

from urllib.parse import urlencode, urlsplit

import pytest

from tests.browser.pages import sign_in


@pytest.fixture
def app(register, redirect_target):
    origin = f"http://127.0.0.1:{redirect_target.port}"
    return register(
        frontchannel_logout_uri=f"{origin}/out",
        frontchannel_logout_session_required=True,
        post_logout_redirect_uris=[f"{origin}/bye"],
    )


def sign_in_at(page, app, username):
    page.goto(app.authorization_path(scope="openid"))
    sign_in(page, username)
    page.get_by_role("button", name="Allow").click()
    app.answer(page)


@pytest.mark.rfc("OIDC Front-Channel Logout §2, §3")
def test_the_frame_is_loaded_and_the_person_is_back_at_the_app(window, app, username):
    sign_in_at(window, app, username)
    requested = []
    window.on("request", lambda request: requested.append((urlsplit(request.url), request.headers)))
    query = {
        "client_id": app.client.client_id,
        "post_logout_redirect_uri": app.redirect_uri.replace("/callback", "/bye"),
        "state": "a state",
    }
    window.goto(f"/oauth/logout?{urlencode(query)}")
    window.get_by_role("button", name="Sign out").click()
    window.wait_for_url("**/bye?state=a+state")
    [(frame, headers)] = [(parts, headers) for parts, headers in requested if parts.path == "/out"]
    assert frame.query.startswith("iss=") and "&sid=" in frame.query
    assert "referer" not in headers


@pytest.mark.rfc("OIDC Front-Channel Logout §2")
def test_without_scripts_it_goes_on_too(open_window, app, username):
    plain = open_window(java_script_enabled=False)
    sign_in_at(plain, app, username)
    plain.goto("/")
    with plain.expect_request("**/out?**"):
        plain.get_by_role("button", name="Sign out").click()
    plain.get_by_role("link", name="Continue").click()
    plain.wait_for_url("**/signed-out")
