"""Signing out, by our own button and because an app asks for it (OIDC RP-Initiated Logout 1.0)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.auth_service.conftest import REDIRECT_URI, basic, csrf_token

AFTERWARDS = "https://app.example/signed-out"


def is_signed_in(client) -> bool:
    return "Signed in as" in client.get("/").text


@pytest.fixture
def app_id(register):
    """An app that may ask to sign people out."""
    return register(post_logout_redirect_uris=[AFTERWARDS])


@pytest.fixture
def id_token(client, app_id, sign_in, post, username):
    """Sign somebody in for the app; the id_token it got."""
    query = {"response_type": "code", "client_id": app_id, "scope": "openid"}
    page = client.get("/oauth/authorize", query_string=query).location
    sign_in(username, page)
    answer = post(page.replace("/login", "/consent"), decision="allow").location
    code = parse_qs(urlsplit(answer).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    return client.post("/oauth/token", data=form, auth=basic(app_id)).json["id_token"]


def test_our_own_button_signs_out(client, sign_in, post, username):
    sign_in(username)
    response = post("/", to="/logout")
    assert (response.status_code, response.location) == (303, "/signed-out")
    assert "You are signed out" in client.get("/signed-out").text
    assert not is_signed_in(client)


def test_nobody_who_is_signed_in_is_told_the_contrary(client, sign_in, username):
    assert client.get("/signed-out").status_code == 200
    sign_in(username)
    response = client.get("/signed-out")
    assert (response.status_code, response.location) == (303, "/")
    assert is_signed_in(client)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2, §3")
@pytest.mark.conformance("oidcc-rp-initiated-logout")
def test_with_a_hint_the_app_signs_out_and_gets_the_person_back(client, id_token):
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": AFTERWARDS, "state": "s&t"}
    response = client.get("/oauth/logout", query_string=query)
    assert (response.status_code, response.location) == (303, f"{AFTERWARDS}?state=s%26t")
    assert not is_signed_in(client)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
@pytest.mark.conformance("oidcc-rp-initiated-logout-no-post-logout-redirect-uri")
def test_an_expired_hint_will_do(client, clock, settings, id_token):
    clock.advance(seconds=settings.id_token_lifetime.total_seconds() + 60)
    response = client.get("/oauth/logout", query_string={"id_token_hint": id_token})
    assert response.location == "/signed-out"
    assert not is_signed_in(client)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_post_from_the_apps_page_is_carried_on_as_a_get_with_the_cookie(client, id_token):
    form = {"id_token_hint": id_token, "post_logout_redirect_uri": AFTERWARDS, "unknown": "x"}
    response = client.post("/oauth/logout", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 303
    assert "unknown" not in response.location
    assert is_signed_in(client)
    assert client.get(response.location).location == AFTERWARDS
    assert not is_signed_in(client)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_post_that_no_gateway_takes_as_a_get_is_refused_at_once(client, app_id):
    form = {"client_id": app_id, "state": "s" * 15 * 1024}
    assert client.post("/oauth/logout", data=form).status_code == 413
    assert client.post("/oauth/logout", data=form | {"state": "s" * 14 * 1024}).status_code == 303


@pytest.mark.rfc("OIDC RP-Initiated Logout §6")
@pytest.mark.conformance(
    "oidcc-rp-initiated-logout-no-params",
    "oidcc-rp-initiated-logout-only-state",
    "oidcc-rp-initiated-logout-no-id-token-hint",
)
@pytest.mark.parametrize(
    "query",
    [{}, {"state": "s"}, {"client_id": "demo-web"}, {"post_logout_redirect_uri": AFTERWARDS, "state": "s"}],
)
def test_without_a_hint_the_person_is_asked(client, sign_in, username, query):
    sign_in(username)
    page = client.get("/oauth/logout", query_string=query)
    assert page.status_code == 200
    assert "Sign out?" in page.text
    assert is_signed_in(client)
    response = client.post("/logout", data={"csrf_token": csrf_token(page.text)} | query)
    assert response.location == "/signed-out"
    assert not is_signed_in(client)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_hint_about_somebody_else_asks_first(client, clock, sign_in, ask, id_token, username):
    clock.advance(minutes=1)
    sign_in(f"{username}-2", ask({"prompt": "login"}))
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": AFTERWARDS}
    page = client.get("/oauth/logout", query_string=query).text
    assert "Sign out?" in page and f"{username}-2" in page
    response = client.post("/logout", data={"csrf_token": csrf_token(page)} | query)
    assert response.location == AFTERWARDS


@pytest.mark.rfc("OIDC RP-Initiated Logout §2, §3")
def test_an_app_that_names_itself_gets_the_person_back_once_they_agreed(client, app_id, sign_in, username):
    sign_in(username)
    query = {"client_id": app_id, "post_logout_redirect_uri": AFTERWARDS, "state": "s"}
    page = client.get("/oauth/logout", query_string=query).text
    assert "Test app" in page
    assert is_signed_in(client)
    response = client.post("/logout", data={"csrf_token": csrf_token(page)} | query)
    assert response.location == f"{AFTERWARDS}?state=s"
    # Nobody is here to agree any more.
    assert client.get("/oauth/logout", query_string=query).location == "/signed-out"


@pytest.mark.rfc("OIDC RP-Initiated Logout §3, §4")
@pytest.mark.conformance(
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
)
@pytest.mark.parametrize("with_hint", [True, False])
@pytest.mark.parametrize(
    "elsewhere",
    [
        f"{AFTERWARDS}/",
        f"{AFTERWARDS}?x",
        "https://evil.example/",
        "javascript:alert(1)",
        "//evil.example",
    ],
)
def test_an_address_that_is_not_registered_is_an_error(client, app_id, id_token, with_hint, elsewhere):
    query = {"id_token_hint": id_token} if with_hint else {"client_id": app_id}
    response = client.get("/oauth/logout", query_string=query | {"post_logout_redirect_uri": elsewhere})
    assert (response.status_code, response.location) == (400, None)
    assert "post_logout_redirect_uri is not registered" in response.text
    assert f"<bdi>{elsewhere}</bdi>" in response.text  # as text, never as a link
    assert f'"{elsewhere}"' not in response.text
    assert is_signed_in(client)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_client_that_is_not_known_is_an_error(client, sign_in, username):
    sign_in(username)
    response = client.get("/oauth/logout", query_string={"client_id": "nobody"})
    assert response.status_code == 400
    assert "not known" in response.text
    assert is_signed_in(client)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
@pytest.mark.parametrize(
    ("hint", "is_theirs"), [("name", True), ("NAME", True), ("sub", True), ("other", False)]
)
def test_a_logout_hint_that_means_somebody_else_is_pointed_out(client, sign_in, user, hint, is_theirs):
    sign_in(user.username)
    values = {"name": user.username, "NAME": user.username.upper(), "sub": user.id, "other": "<b>someone"}
    page = client.get("/oauth/logout", query_string={"logout_hint": values[hint], "ui_locales": "xx de"})
    assert page.status_code == 200
    assert ("another account" not in page.text) is is_theirs
    assert "<b>someone" not in page.text
    assert is_signed_in(client)


@pytest.mark.rfc("OIDC RP-Initiated Logout §4")
@pytest.mark.conformance("oidcc-rp-initiated-logout-bad-id-token-hint")
@pytest.mark.parametrize("hint", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "ü", "\x00"])
def test_a_forged_hint_signs_nobody_out(client, sign_in, username, hint):
    sign_in(username)
    query = {"id_token_hint": hint, "post_logout_redirect_uri": AFTERWARDS}
    response = client.get("/oauth/logout", query_string=query)
    assert response.status_code == 400
    assert "id_token_hint" in response.text or "not right" in response.text
    assert is_signed_in(client)


def test_a_repeated_parameter_is_refused(client, sign_in, username):
    sign_in(username)
    assert client.get("/oauth/logout?client_id=a&client_id=b").status_code == 400
    assert is_signed_in(client)


def test_who_is_not_signed_in_is_told_so_at_once(client):
    response = client.get("/oauth/logout")
    assert (response.status_code, response.location) == (303, "/signed-out")
    assert "Set-Cookie" not in response.headers
