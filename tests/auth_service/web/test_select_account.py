"""The page on which a person chooses as whom to go on."""

import pytest

from auth_service.models import User
from tests.auth_service.conftest import csrf_token


@pytest.fixture
def page(client, ask, sign_in, username, clock):
    """The page, for an app that asks who it is to be; somebody is signed in."""
    sign_in(username)
    clock.advance(seconds=1)
    found = ask({"prompt": "select_account"}, client_name="Ada's calculator")
    assert found.startswith("/select-account?request=")
    return found


def test_it_names_the_app_and_the_person(client, page, username):
    shown = client.get(page).text
    assert "Ada&#39;s calculator" in shown
    assert shown.count(username) >= 2


def test_its_answer_may_reach_the_app(client, page):
    policy = client.get(page).headers["Content-Security-Policy"]
    assert "form-action" not in policy and "frame-ancestors 'none'" in policy


def test_another_account_gets_an_empty_sign_in_page(client, page, username):
    login = page.replace("/select-account", "/login")
    assert f'value="{username}"' in client.get(login).text
    assert f'value="{username}"' not in client.get(login + "&account=other").text


def test_without_a_token_nothing_is_chosen(client, page, username):
    refused = client.post(page, data={"account": User.find(username).id})
    assert refused.status_code == 400
    onwards = client.get(page.replace("/select-account", "/oauth/authorize/continue"))
    assert onwards.headers["Location"] == page


def test_who_has_signed_out_meanwhile_signs_in(client, page):
    client.post("/logout", data={"csrf_token": csrf_token(client.get(page).text)})
    assert client.get(page).headers["Location"] == page.replace("/select-account", "/login")


@pytest.mark.parametrize("request_id", ["", "x", "%00", "[$ne]"])
def test_an_unknown_request_is_told_so(client, request_id):
    response = client.get(f"/select-account?request={request_id}")
    assert response.status_code == 400
    assert "This sign-in has expired" in response.text


def test_a_decision_for_an_expired_request_is_told_so(client, page, username, clock, settings):
    token = csrf_token(client.get(page).text)
    clock.advance(seconds=settings.authorization_request_lifetime.total_seconds())
    late = client.post(page, data={"csrf_token": token, "account": User.find(username).id})
    assert late.status_code == 400
    assert "This sign-in has expired" in late.text
