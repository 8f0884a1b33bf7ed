"""The sign-in page."""

import threading

import pytest

from auth_service.models import User
from auth_service.protocol import passwords
from tests.auth_service.conftest import csrf_token


def test_it_names_the_app(client, ask):
    page = client.get(ask(client_name="Ada's calculator")).text
    assert "Ada&#39;s calculator" in page


def test_without_an_app_it_leads_home(post, username):
    response = post("/login", username=username, password="valid")
    assert (response.status_code, response.location) == (303, "/")


def test_for_an_app_it_goes_on_with_the_request(client, ask, post, username):
    page = ask()
    response = post(page, username=username, password="valid")
    assert (response.status_code, response.location) == (
        303,
        page.replace("/login", "/oauth/authorize/continue"),
    )
    assert client.get(response.location).location.startswith("/consent?request=")


def test_who_is_signed_in_is_not_asked_again_without_an_app(client, sign_in, username):
    sign_in(username)
    response = client.get("/login?next=/admin/")
    assert (response.status_code, response.location) == (303, "/admin/")


def test_the_fields_are_what_password_managers_look_for(client):
    page = client.get("/login").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert 'type="password"' in page


def test_the_login_hint_is_filled_in(client, ask):
    page = client.get(ask({"login_hint": 'ada"><script>'})).text
    assert 'value="ada&#34;&gt;&lt;script&gt;"' in page


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x" * 65,
        "x" * 60_000,
        "a\x00b",
        "a\r\nb",
        "\u202egnp.exe",
        "\ud7ff\uffff",
        "$ne",
        "ünï",
        "<b>x</b>",
        "  ",
    ],
)
def test_whatever_is_typed_is_answered_with_one_neutral_error(post, typed):
    response = post("/login", username=typed, password="wrong")
    assert response.status_code == 400
    assert "The username or password is wrong." in response.text
    assert "<b>x</b>" not in response.text


def test_a_name_that_cannot_be_one_gets_the_same_error_with_the_right_password(post):
    response = post("/login", username="a\x00b", password="valid")
    assert "The username or password is wrong." in response.text


def test_a_wrong_password_keeps_the_name_and_not_the_password(post, username):
    page = post("/login", username=username, password="Sup3r-wrong").text
    assert f'value="{username}"' in page
    assert "Sup3r-wrong" not in page


def test_a_wrong_password_makes_no_account(post, username):
    post("/login", username=username, password="wrong")
    assert User.find(username) is None


def test_a_disabled_account_gets_the_neutral_error(post, clock, user):
    User.objects(id=user.id).update_one(set__disabled_at=clock.now())
    response = post("/login", username=user.username, password="valid")
    assert response.status_code == 400
    assert "The username or password is wrong." in response.text


@pytest.mark.parametrize("request_id", ["x", "a" * 43, "%00", "%ff", "[$ne]"])
def test_an_unknown_request_is_told_so(client, request_id):
    response = client.get(f"/login?request={request_id}")
    assert response.status_code == 400
    assert "This sign-in has expired" in response.text


def test_a_request_that_expires_while_typing_is_told_so(client, clock, settings, ask):
    page = ask()
    clock.advance(seconds=settings.authorization_request_lifetime.total_seconds() - 1)
    token = csrf_token(client.get(page).text)
    clock.advance(seconds=2)
    response = client.post(page, data={"csrf_token": token, "username": "x", "password": "valid"})
    assert response.status_code == 400
    assert "This sign-in has expired" in response.text


def test_who_has_signed_in_in_another_tab_goes_on(client, ask, sign_in, username):
    """The form that was open here has the token of the session that was before."""
    page = ask()
    form = {"csrf_token": csrf_token(client.get(page).text), "password": "valid"}
    sign_in(username)
    onwards = client.post(page, data=form | {"username": username.upper()})
    assert onwards.location == page.replace("/login", "/oauth/authorize/continue")
    somebody_else = client.post(page, data=form | {"username": "somebody-else"})
    assert somebody_else.status_code == 400 and "Please sign in again" in somebody_else.text


def test_a_page_that_was_open_for_too_long_keeps_what_was_typed(client, clock, username):
    token = csrf_token(client.get("/login").text)
    clock.advance(minutes=31)
    response = client.post("/login", data={"csrf_token": token, "username": username, "password": "valid"})
    assert response.status_code == 400
    assert "Please sign in again" in response.text
    assert f'value="{username}"' in response.text
    fresh = csrf_token(response.text)
    again = client.post("/login", data={"csrf_token": fresh, "username": username, "password": "valid"})
    assert again.status_code == 303


@pytest.fixture
def no_place_left(app, monkeypatch):
    """Outside the demo, with all hashing places really taken; only the waiting for one is cut short."""
    gatehouse = app.extensions["gatehouse"]
    monkeypatch.setattr(gatehouse, "settings", gatehouse.settings.model_copy(update={"demo": False}))
    monkeypatch.setattr(gatehouse, "passwords", passwords.Passwords(1, patience=0.01))
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with gatehouse.passwords._place():
            taken.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(10)
    yield
    done.set()
    holder.join()


def test_too_many_hashes_at_once_is_a_503(client, post, no_place_left):
    response = post("/login", username="somebody", password="wrong")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert 'value="somebody"' in response.text


def test_what_is_too_long_for_a_password_is_not_even_hashed(client, post, no_place_left):
    for length, status in ((passwords.LONGEST_PASSWORD, 503), (passwords.LONGEST_PASSWORD + 1, 400)):
        assert post("/login", username="somebody", password="x" * length).status_code == status
