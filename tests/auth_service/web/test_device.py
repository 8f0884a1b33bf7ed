"""The pages on which a person allows a device (RFC 8628 §3.3, §5)."""

import re
from html import unescape

import pytest

from auth_service.models import Client, Grant, User
from auth_service.protocol.user_code import generate_user_code
from tests.auth_service.conftest import csrf_token
from tests.auth_service.device_flow import SCOPE, decide, device_client, poll, start, type_code


@pytest.fixture
def client_id(register):
    return device_client(register, client_name="Living room <TV>")


@pytest.fixture
def codes(client, client_id):
    return start(client, client_id).json


@pytest.fixture
def person(sign_in, username):
    sign_in(username)
    return User.find(username)


@pytest.mark.rfc("8628 §3.3")
def test_the_whole_way(client, client_id, codes, username, sign_in):
    path = codes["verification_uri_complete"].removeprefix("http://127.0.0.1:5000")
    to_login = client.get(path)
    assert to_login.status_code == 303
    back = sign_in(username, to_login.location)
    assert back.location == path
    page = client.get(back.location).text
    assert f'value="{codes["user_code"]}"' in page
    question = client.post("/device", data={"csrf_token": csrf_token(page), "user_code": codes["user_code"]})
    text = unescape(question.text)
    assert "Living room <TV>" in text
    assert "Living room <TV>" not in question.text
    assert username in text
    assert codes["user_code"] in text
    for words in ("Know who you are", "Read your notes"):
        assert words in text
    answered = client.get(decide(client, codes["user_code"]).location)
    assert "Your device is connected" in answered.text
    assert poll(client, client_id, codes["device_code"]).status_code == 200
    [grant] = Grant.objects(client_id=client_id)
    assert set(grant.scope) == set(SCOPE.split())


@pytest.mark.rfc("8628 §5.4")
def test_a_link_with_the_code_decides_nothing(client, client_id, codes, person):
    page = client.get(f"/device?user_code={codes['user_code']}")
    assert "Living room" not in page.text
    assert poll(client, client_id, codes["device_code"]).json["error"] == "authorization_pending"


@pytest.mark.rfc("8628 §6.1")
def test_small_letters_without_the_dash_will_do(client, codes, person):
    typed = codes["user_code"].replace("-", " ").lower()
    question = type_code(client, typed).text
    assert "Connect this device?" in question
    assert codes["user_code"] in question  # as the device shows it, to be compared
    assert typed not in question


@pytest.mark.parametrize("typed", ["", "WRONG", "BBBB-BBBB", "\x00", "<script>", "x" * 3000])
def test_a_code_that_no_device_shows(client, person, typed):
    response = type_code(client, typed)
    assert response.status_code == 400
    assert "No device waits with this code" in response.text
    assert "<script>" not in response.text


@pytest.mark.parametrize("too_late", ["expired", "decided", "client deleted", "client disabled"])
def test_a_code_that_is_no_good_any_more(client, client_id, codes, person, clock, too_late):
    if too_late == "expired":
        clock.advance(seconds=codes["expires_in"])
    elif too_late == "decided":
        decide(client, codes["user_code"], "deny")
    elif too_late == "client deleted":
        Client.objects(client_id=client_id).delete()
    else:
        Client.objects(client_id=client_id).update(set__disabled_at=clock.now())
    for answer in (type_code(client, codes["user_code"]), decide(client, codes["user_code"])):
        assert answer.status_code == 400
        assert "No device waits with this code" in answer.text


@pytest.mark.rfc("8628 §5.1")
def test_guessing_ends(client, codes, person, clock):
    for _ in range(10):
        assert type_code(client, generate_user_code()).status_code == 400
    refused = type_code(client, codes["user_code"])
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Too many wrong codes" in refused.text
    clock.advance(minutes=10)
    assert type_code(client, generate_user_code()).status_code == 400


@pytest.mark.rfc("8628 §5.1")
def test_what_can_be_no_code_does_not_count(client, codes, person):
    for _ in range(12):
        assert type_code(client, codes["user_code"][:-1]).status_code == 400
    assert type_code(client, codes["user_code"]).status_code == 200


@pytest.mark.thorough
@pytest.mark.rfc("8628 §5.1")
def test_right_codes_do_not_count(client, client_id, person):
    for _ in range(12):
        assert type_code(client, start(client, client_id).json["user_code"]).status_code == 200


def test_nobody_decides_unless_signed_in(client, client_id, codes):
    token = csrf_token(client.get("/login").text)
    for path in ("/device", "/device/decision"):
        form = {"csrf_token": token, "user_code": codes["user_code"], "decision": "allow"}
        assert client.post(path, data=form).location.startswith("/login")
    assert poll(client, client_id, codes["device_code"]).json["error"] == "authorization_pending"


@pytest.mark.parametrize("path", ["/device", "/device/decision", "/device/not-me"])
def test_forged_forms_do_nothing(client, codes, person, path):
    form = {"user_code": codes["user_code"], "decision": "allow"}
    assert client.post(path, data=form).status_code == 400
    foreign = client.post(path, data=form, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_a_decision_is_yes_or_no(client, codes, person):
    assert decide(client, codes["user_code"], "maybe").status_code == 400


def test_not_me(client, codes, person):
    token = csrf_token(client.get("/device").text)
    left = client.post("/device/not-me", data={"csrf_token": token, "user_code": codes["user_code"]})
    assert re.fullmatch(r"/login\?next=.+", left.location)
    assert client.get(left.location).status_code == 200
    assert codes["user_code"] in left.location


def test_a_person_gives_only_what_is_theirs(client, register, person):
    client_id = device_client(register, scope="openid admin:read")
    codes = start(client, client_id).json
    question = type_code(client, codes["user_code"])
    assert "admin:read" not in question.text
    decide(client, codes["user_code"])
    assert poll(client, client_id, codes["device_code"]).json["scope"] == "openid"


def test_an_account_that_can_give_nothing_of_it(client, register, person):
    client_id = device_client(register, scope="admin:read")
    codes = start(client, client_id).json
    assert "cannot give the app anything" in type_code(client, codes["user_code"]).text
    assert decide(client, codes["user_code"]).status_code == 403
    assert poll(client, client_id, codes["device_code"]).json["error"] == "authorization_pending"
