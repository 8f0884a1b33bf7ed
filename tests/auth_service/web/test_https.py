"""Outside the demo, under https."""

import pytest

from auth_service.models import User
from tests.auth_service.conftest import csrf_token

ISSUER = "https://id.example.com"
COOKIE = "__Host-gatehouse_session"


@pytest.fixture(scope="module")
def settings(make_settings):
    return make_settings(issuer=ISSUER, demo=False, profile="oauth21")


@pytest.fixture
def account(app, clock, username):
    """An account with a password of its own."""
    user = User.find_or_create(username, clock.now())
    user.password_hash = app.extensions["gatehouse"].passwords.hash("correct horse battery staple")
    return user.save()


def sign_in(client, username: str, password: str):
    token = csrf_token(client.get("/login", base_url=ISSUER).text)
    form = {"csrf_token": token, "username": username, "password": password}
    return client.post("/login", data=form, base_url=ISSUER, headers={"Origin": ISSUER})


def test_the_cookie_is_bound_to_host_and_https(client):
    header = client.get("/login", base_url=ISSUER).headers["Set-Cookie"]
    assert header.startswith(f"{COOKIE}=")
    assert all(word in header for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in header


def test_https_is_insisted_on(client):
    assert "max-age=" in client.get("/", base_url=ISSUER).headers["Strict-Transport-Security"]


def test_signing_in_and_out(client, account):
    assert sign_in(client, account.username, "correct horse battery staple").status_code == 303
    page = client.get("/", base_url=ISSUER).text
    assert "Signed in as" in page
    response = client.post("/logout", data={"csrf_token": csrf_token(page)}, base_url=ISSUER)
    cleared = response.headers["Set-Cookie"]
    assert cleared.startswith(f"{COOKIE}=;") and "Secure" in cleared and "Max-Age=0" in cleared


@pytest.mark.parametrize("password", ["valid", "", "correct horse", "x" * 2000])
def test_no_other_password_will_do(client, account, password):
    assert sign_in(client, account.username, password).status_code == 400


def test_no_account_is_made_on_the_spot(client, username):
    assert sign_in(client, username, "valid").status_code == 400
    assert User.find(username) is None


@pytest.mark.parametrize("origin", ["http://id.example.com", "https://evil.example", "http://localhost:443"])
def test_other_origins_forms_are_refused(client, origin):
    token = csrf_token(client.get("/login", base_url=ISSUER).text)
    form = {"csrf_token": token, "username": "x", "password": "y"}
    response = client.post("/login", data=form, base_url=ISSUER, headers={"Origin": origin})
    assert response.status_code == 403


def test_nothing_speaks_of_a_demo(client):
    for path in ("/", "/login", "/signed-out", "/nothing"):
        page = client.get(path, base_url=ISSUER).text
        assert "emo" not in page.replace("remo", "") and ">valid<" not in page
