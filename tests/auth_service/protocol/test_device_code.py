"""The device code grant: waiting, deciding, redeeming once (RFC 8628 §3.4, §3.5)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from auth_service.models import DeviceCode, User
from auth_service.models.revocation import revoke_all
from auth_service.models.secret import hash_secret
from auth_service.protocol.id_token import read_hint
from tests.auth_service.conftest import csrf_token
from tests.auth_service.device_flow import SCOPE, decide, device_client, poll, start


@pytest.fixture
def client_id(register):
    return device_client(register)


@pytest.fixture
def device(app):
    """The device: another place than the person's browser, `client`."""
    return app.test_client()


@pytest.fixture
def codes(device, client_id):
    return start(device, client_id).json


@pytest.fixture
def person(sign_in, username):
    sign_in(username)
    return User.find(username)


@pytest.fixture
def allowed(client, person, codes):
    assert decide(client, codes["user_code"]).location == "/device/allowed"
    return codes


def error_of(response):
    assert response.status_code == 400
    assert response.headers["Cache-Control"] == "no-store"
    return response.json["error"]


@pytest.mark.rfc("8628 §3.5")
def test_tokens_once_the_person_has_allowed_it(client, device, client_id, codes, person, clock):
    assert error_of(poll(device, client_id, codes["device_code"])) == "authorization_pending"
    decide(client, codes["user_code"])
    clock.advance(seconds=5)
    tokens = poll(device, client_id, codes["device_code"]).json
    assert tokens["scope"] == SCOPE
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert device.get("/oauth/userinfo", headers=bearer).json["sub"] == person.id


@pytest.mark.rfc("OIDC Core §12.2")
def test_the_device_and_its_refresh_get_id_tokens(app, device, client_id, allowed, person, clock):
    tokens = poll(device, client_id, allowed["device_code"]).json
    clock.advance(minutes=1)
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": tokens["refresh_token"]}
    refreshed = device.post("/oauth/token", data=form).json
    first, second = (
        read_hint(app.extensions["gatehouse"], None, each["id_token"]) for each in (tokens, refreshed)
    )
    assert first["sub"] == second["sub"] == person.id
    assert first["aud"] == client_id
    assert first["auth_time"] == second["auth_time"]
    assert first["amr"] == ["pwd"]
    assert "at_hash" in first
    assert "sid" not in first


@pytest.mark.rfc("8628 §3.5")
def test_a_no_is_told(client, device, client_id, codes, person):
    assert decide(client, codes["user_code"], "deny").location == "/device/denied"
    assert error_of(poll(device, client_id, codes["device_code"])) == "access_denied"


@pytest.mark.rfc("8628 §3.5")
def test_whoever_asks_too_often_waits_longer_and_longer(device, client_id, codes, clock):
    def after(seconds):
        clock.advance(seconds=seconds)
        return error_of(poll(device, client_id, codes["device_code"]))

    assert after(0) == "authorization_pending"
    assert after(2) == "slow_down"  # now ten
    assert after(6) == "slow_down"  # now fifteen
    assert after(15) == "authorization_pending"


@pytest.mark.rfc("8628 §3.5")
def test_a_decision_is_told_at_once_to_the_impatient(client, device, client_id, codes, person):
    poll(device, client_id, codes["device_code"])
    decide(client, codes["user_code"])
    assert poll(device, client_id, codes["device_code"]).status_code == 200


@pytest.mark.rfc("8628 §3.5")
@pytest.mark.parametrize("decision", [None, "allow"])
def test_too_late(client, device, client_id, codes, person, clock, decision):
    if decision:
        decide(client, codes["user_code"], decision)
    clock.advance(seconds=codes["expires_in"])
    assert error_of(poll(device, client_id, codes["device_code"])) == "expired_token"


@pytest.mark.rfc("8628 §3.4")
@pytest.mark.parametrize("device_code", ["gdc_guess", "x" * 5000, "\x00ü"])
def test_a_code_that_is_none(device, client_id, device_code):
    assert error_of(poll(device, client_id, device_code)) == "invalid_grant"


@pytest.mark.rfc("8628 §3.4")
def test_a_missing_code_is_named(device, client_id):
    response = poll(device, client_id, "")
    assert error_of(response) == "invalid_request"
    assert "device_code" in response.json["error_description"]


@pytest.mark.rfc("8628 §5.2")
def test_another_clients_code_is_refused_and_unharmed(device, register, client_id, allowed):
    thief = device_client(register)
    assert error_of(poll(device, thief, allowed["device_code"])) == "invalid_grant"
    assert poll(device, client_id, allowed["device_code"]).status_code == 200


@pytest.mark.rfc("8628 §3.4")
def test_the_user_code_is_no_device_code(device, client_id, allowed):
    assert error_of(poll(device, client_id, allowed["user_code"])) == "invalid_grant"


@pytest.mark.rfc("6749 §4.1.2")
def test_a_second_use_revokes_what_the_first_gave(device, client_id, allowed):
    tokens = poll(device, client_id, allowed["device_code"]).json
    assert error_of(poll(device, client_id, allowed["device_code"])) == "invalid_grant"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert device.get("/oauth/userinfo", headers=bearer).status_code == 401


@pytest.mark.rfc("6749 §4.1.2")
def test_of_twenty_at_once_one_succeeds(app, client_id, allowed):
    with ThreadPoolExecutor(20) as pool:
        replies = list(
            pool.map(lambda _: poll(app.test_client(), client_id, allowed["device_code"]), range(20))
        )
    assert sorted(reply.status_code for reply in replies) == [200] + [400] * 19


@pytest.mark.rfc("7009 §2.1")
def test_what_is_revoked_before_it_is_redeemed_stays_so(device, client_id, allowed, person):
    revoke_all(sub=person.id)
    assert error_of(poll(device, client_id, allowed["device_code"])) == "invalid_grant"


def test_who_was_disabled_while_allowing_gives_nothing(device, client_id, allowed, person, clock):
    person.update(set__disabled_at=clock.now())  # and the revocation came before the decision
    assert error_of(poll(device, client_id, allowed["device_code"])) == "invalid_grant"


@pytest.fixture
def poll_when_no_longer_admin(client, device, register, person):
    """Have an administrator allow this scope, who is none any more when the device asks."""

    def walk(scope):
        client_id = device_client(register, scope=scope)
        person.update(set__roles=["admin"])
        codes = start(device, client_id).json
        decide(client, codes["user_code"])
        person.update(set__roles=[])
        return poll(device, client_id, codes["device_code"])

    return walk


def test_what_the_person_may_not_give_any_more_is_not_given(poll_when_no_longer_admin):
    assert poll_when_no_longer_admin("openid admin:read").json["scope"] == "openid"


@pytest.mark.rfc("6749 §5.1")
def test_if_nothing_may_be_given_any_more_there_is_no_token(poll_when_no_longer_admin):
    assert error_of(poll_when_no_longer_admin("admin:read")) == "invalid_scope"


def test_signing_out_in_the_browser_does_not_sign_out_the_device(client, device, client_id, allowed):
    tokens = poll(device, client_id, allowed["device_code"]).json
    client.post("/logout", data={"csrf_token": csrf_token(client.get("/").text)})
    assert client.get("/device").location.startswith("/login")
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": tokens["refresh_token"]}
    assert device.post("/oauth/token", data=form).status_code == 200


@pytest.mark.rfc("OIDC Core §11")
def test_offline_access_is_the_persons_to_give(client, device, register, person):
    client_id = device_client(register, scope="openid offline_access")
    codes = start(device, client_id).json
    decide(client, codes["user_code"])
    assert poll(device, client_id, codes["device_code"]).json["scope"] == "openid offline_access"


def test_nothing_waits_in_the_database_forever(device, client_id, codes, clock):
    stored = DeviceCode.objects(id=hash_secret(codes["device_code"])).get()
    assert stored.purge_at == clock.now() + timedelta(minutes=20)
