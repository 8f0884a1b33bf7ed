"""The session: its cookie, its end, and that nobody can plant one."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import current_app
from flask import session as flask_session

from auth_service.models import LogoutDelivery, Session, User
from auth_service.models.secret import hash_secret
from auth_service.web import session as web_session
from tests.auth_service.conftest import csrf_token

COOKIE = "gatehouse_session_5000"


def cookie_of(client) -> str | None:
    cookie = client.get_cookie(COOKIE)
    return cookie.value if cookie else None


def stored(client) -> Session:
    return Session.objects.get(id=hash_secret(cookie_of(client)))


def is_signed_in(client) -> bool:
    return "Signed in as" in client.get("/").text


def test_a_visit_that_stores_nothing_begins_no_session(client):
    assert "Set-Cookie" not in client.get("/").headers


def test_only_the_hash_of_the_cookie_is_stored(client, sign_in, username):
    sign_in(username)
    document = stored(client).to_mongo().to_dict()
    assert cookie_of(client) not in str(document)
    assert len(cookie_of(client)) == 43


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    header = client.get("/login").headers["Set-Cookie"]
    assert header.startswith(f"{COOKIE}=")
    assert "HttpOnly" in header and "SameSite=Lax" in header and "Path=/" in header
    assert "Domain" not in header


@pytest.mark.rfc("6265 §8.5")
def test_a_server_at_another_port_of_this_host_has_a_cookie_of_its_own(client, settings):
    header = client.get("/login").headers["Set-Cookie"]
    assert header.startswith(f"gatehouse_session_{urlsplit(settings.issuer).port}=")


def test_the_id_changes_at_sign_in_and_the_old_one_is_worthless(client, app, sign_in, username):
    client.get("/login")
    before = cookie_of(client)
    sign_in(username)
    after = cookie_of(client)
    assert before != after
    assert not Session.objects(id=hash_secret(before))
    attacker = app.test_client()
    attacker.set_cookie(COOKIE, before)
    assert not is_signed_in(attacker)


def test_a_planted_cookie_does_not_become_the_session(client, sign_in, username):
    client.set_cookie(COOKIE, "planted-by-somebody-else-0000000000000000000")
    sign_in(username)
    assert cookie_of(client) != "planted-by-somebody-else-0000000000000000000"


@pytest.mark.parametrize("forged", ["", "x", "a" * 43, "%00", "ü", "a" * 4000, '"; DROP', "$where"])
def test_a_forged_cookie_is_ignored(client, forged):
    client.set_cookie(COOKIE, forged)
    response = client.get("/")
    assert response.status_code == 200
    assert "Signed in as" not in response.text


def test_the_id_changes_at_sign_out_and_the_old_one_opens_nothing(client, app, sign_in, post, username):
    sign_in(username)
    before = cookie_of(client)
    post("/", to="/logout")
    assert cookie_of(client) is None
    assert not Session.objects(id=hash_secret(before))
    thief = app.test_client()
    thief.set_cookie(COOKIE, before)
    assert not is_signed_in(thief)


def test_it_ends_when_it_is_not_used(client, clock, settings, sign_in, username):
    sign_in(username)
    clock.advance(seconds=settings.session_idle_lifetime.total_seconds())
    assert not is_signed_in(client)


def test_use_keeps_it_alive(client, clock, settings, sign_in, username):
    sign_in(username)
    most_of_it = settings.session_idle_lifetime.total_seconds() - 1
    clock.advance(seconds=most_of_it)
    assert is_signed_in(client)
    clock.advance(seconds=most_of_it)
    assert is_signed_in(client)


def test_it_ends_in_any_case_after_its_absolute_lifetime(client, clock, settings, sign_in, username):
    sign_in(username)
    step = settings.session_idle_lifetime / 2
    elapsed = timedelta()
    while elapsed + step < settings.session_absolute_lifetime:
        clock.advance(seconds=step.total_seconds())
        elapsed += step
        assert is_signed_in(client)
    clock.advance(seconds=step.total_seconds())
    assert not is_signed_in(client)


def test_an_anonymous_one_lasts_half_an_hour(client, clock):
    client.get("/login")
    assert stored(client).expires_at == clock.now() + timedelta(minutes=30)


def test_seen_at_is_written_once_a_minute_at_most(client, clock, sign_in, username):
    sign_in(username)
    client.get("/")  # makes the CSRF token: from here on nothing but the time changes
    began = stored(client).seen_at
    clock.advance(seconds=59)
    client.get("/")
    assert stored(client).seen_at == began
    clock.advance(seconds=1)
    client.get("/")
    assert stored(client).seen_at == clock.now()


def test_a_disabled_account_is_signed_out_at_once(client, clock, sign_in, user):
    sign_in(user.username)
    assert is_signed_in(client)
    User.objects(id=user.id).update_one(set__disabled_at=clock.now())
    assert not is_signed_in(client)


def test_a_deleted_account_is_signed_out_at_once(client, sign_in, user):
    sign_in(user.username)
    user.delete()
    assert not is_signed_in(client)


def test_signing_in_as_another_person_replaces_the_session(client, ask, sign_in, username):
    page = ask()
    sign_in(username, page)
    first = stored(client)
    sign_in(f"{username}-2", page)
    second = stored(client)
    assert second.sub != first.sub and second.public_id != first.public_id
    assert not Session.objects(id=first.id)


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_the_session_that_another_person_replaces_is_ended_for_its_apps(
    client, ask, sign_in, username, register
):
    page = ask()
    sign_in(username, page)
    first = stored(client)
    told = register(backchannel_logout_uri="https://app.example/back-channel")
    Session.note_client(first.public_id, told)
    sign_in(f"{username}-2", page)
    [delivery] = LogoutDelivery.objects(sid=first.public_id)
    assert (delivery.client_id, delivery.sub, delivery.status) == (told, first.sub, "pending")


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_not_you_ends_the_session_for_its_apps(client, ask, sign_in, post, username, register):
    page = ask()
    sign_in(username, page)
    first = stored(client)
    Session.note_client(first.public_id, register(backchannel_logout_uri="https://app.example/back-channel"))
    consent = page.replace("/login", "/consent")
    assert post(consent, to=consent.replace("/consent", "/consent/not-me")).status_code == 303
    assert LogoutDelivery.objects(sid=first.public_id).count() == 1
    assert not Session.objects(public_id=first.public_id)


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_signing_in_again_forgets_no_app(client, clock, ask, sign_in, username, register):
    page = ask()
    sign_in(username, page)
    first = stored(client)
    Session.note_client(first.public_id, "an-app")
    clock.advance(minutes=5)
    sign_in(username, page)
    assert stored(client).clients == ["an-app"]
    assert not LogoutDelivery.objects(sid=first.public_id)


def test_an_app_that_was_noted_while_the_cookie_changed_is_carried_over(client, clock, app, sign_in, user):
    sign_in(user.username)
    with app.test_request_context("/", headers={"Cookie": f"{COOKIE}={cookie_of(client)}"}):
        before = stored(client)
        web_session.sign_in(user, ["pwd"])
        Session.note_client(before.public_id, "an-app")  # another tab, while this request is under way
        response = current_app.make_response("")
        current_app.session_interface.save_session(current_app, flask_session._get_current_object(), response)
    [after] = Session.objects(public_id=before.public_id)
    assert (after.id != before.id, after.clients) == (True, ["an-app"])


def test_an_expired_session_ends_without_a_word(client, clock, settings, sign_in, username):
    """Nobody watches for it; apps have their own time-outs."""
    sign_in(username)
    public_id = stored(client).public_id
    Session.note_client(public_id, "an-app")
    clock.advance(seconds=settings.session_idle_lifetime.total_seconds())
    client.get("/")
    assert not LogoutDelivery.objects(sid=public_id)


def test_signing_in_again_keeps_the_public_id(client, clock, ask, sign_in, username):
    page = ask()
    sign_in(username, page)
    first = stored(client)
    clock.advance(minutes=5)
    sign_in(username, page)
    second = stored(client)
    assert (second.public_id, second.sub) == (first.public_id, first.sub)
    assert second.id != first.id and second.auth_time == clock.now()


def test_what_was_known_before_sign_in_does_not_survive_it(client, sign_in, username):
    before = csrf_token(client.get("/login").text)
    sign_in(username)
    assert client.post("/logout", data={"csrf_token": before}).status_code == 400
    assert is_signed_in(client)


def test_a_session_that_ended_meanwhile_is_not_brought_back(client, clock, sign_in, username, app):
    sign_in(username)
    clock.advance(minutes=5)
    with app.test_request_context("/", headers={"Cookie": f"{COOKIE}={cookie_of(client)}"}):
        assert flask_session.get("csrf_token") is None  # read: it will be touched when saved
        Session.objects(id=hash_secret(cookie_of(client))).delete()
        current_app.session_interface.save_session(
            current_app, flask_session._get_current_object(), current_app.response_class()
        )
    assert not Session.objects(id=hash_secret(cookie_of(client)))


def test_machine_endpoints_do_not_touch_sessions(client):
    client.set_cookie(COOKIE, "a" * 43)
    response = client.get("/.well-known/openid-configuration")
    assert "Cookie" not in response.headers.get("Vary", "")
