"""`/logout-deliveries`, and the ends of sessions that the administration brings about."""

import pytest

from auth_service.models import LogoutDelivery, Session
from auth_service.protocol.logout.deliveries import LEASE
from tests.auth_service.flow import get_code, redeem


@pytest.fixture(autouse=True)
def empty_queue(app):
    LogoutDelivery.objects.delete()


@pytest.fixture
def queue(app, clock):
    """Queue a delivery to a client; returns its id."""

    def make(client_id, sid="a-session", sub="nobody"):
        LogoutDelivery.enqueue(sid, client_id, sub, clock.now())
        return LogoutDelivery.objects.get(sid=sid, client_id=client_id).id

    return make


def settle(clock, status, result):
    claimed = LogoutDelivery.claim_due(clock.now(), LEASE)
    assert LogoutDelivery.settle(claimed, status, result, clock.now(), clock.now())


def test_the_list_is_newest_first_with_names_and_pages(automation, register, queue, user):
    client_id = register(client_name="Told app")
    ids = [queue(client_id, f"session-{number}", user.id) for number in range(5)]
    first = automation.get("/logout-deliveries", limit=3).json
    second = automation.get("/logout-deliveries", limit=3, after=first["next"]).json
    assert [row["id"] for row in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    row = second["items"][-1]
    assert (row["client_name"], row["username"], row["sid"]) == ("Told app", user.username, "session-0")
    assert (row["status"], row["attempts"], row["result"]) == ("pending", 0, None)
    assert row["next_attempt_at"] == row["created_at"]


def test_it_can_be_filtered(automation, clock, register, queue):
    one, other = register(), register()
    queue(one)
    settle(clock, "refused", "HTTP status 400")
    waiting = queue(one, "another-session")
    queue(other)
    assert len(automation.get("/logout-deliveries", client_id=one).json["items"]) == 2
    [row] = automation.get("/logout-deliveries", status="refused").json["items"]
    assert (row["result"], row["next_attempt_at"]) == ("HTTP status 400", None)
    [row] = automation.get("/logout-deliveries", client_id=one, status="pending").json["items"]
    assert row["id"] == waiting


@pytest.mark.parametrize("query", [{"status": "lost"}, {"after": "!"}, {"limit": 0}, {"sid": "x"}])
def test_a_query_that_is_not_understood_is_refused(automation, query):
    assert automation.get("/logout-deliveries", **query).status_code == 400


def test_one_can_be_tried_again(automation, clock, register, queue, app):
    delivery = queue(register())
    settle(clock, "failed", "HTTP status 503")
    waiting = app.extensions["gatehouse"].deliveries.waiting
    waiting.clear()
    clock.advance(minutes=5)
    row = automation.post(f"/logout-deliveries/{delivery}/retry").json
    assert (row["status"], row["attempts"]) == ("pending", 0)
    assert waiting.is_set()  # the worker need not wait for its next look
    assert LogoutDelivery.claim_due(clock.now(), LEASE)["_id"] == delivery
    assert automation.post("/logout-deliveries/no-such/retry").status_code == 404


def test_rights(as_program, owner, register, queue):
    delivery = queue(register())
    reader = as_program("admin:read")
    assert reader.get("/logout-deliveries").status_code == 200
    assert reader.post(f"/logout-deliveries/{delivery}/retry").status_code == 403
    assert owner.get("/logout-deliveries").status_code == 403


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
@pytest.mark.parametrize("how", ["disable", "password", "delete"])
def test_what_ends_a_persons_sessions_is_told_to_their_apps(app, automation, register, user, how):
    client_id = register(backchannel_logout_uri="https://app.example/back-channel")
    browser = app.test_client()
    code = get_code(browser, user.username, client_id, scope="openid")
    tokens = redeem(browser, client_id, code).json
    [session] = Session.objects(sub=user.id)
    if how == "disable":
        response = automation.patch(f"/users/{user.id}", disabled=True)
    elif how == "password":
        response = automation.post(f"/users/{user.id}/password")
    else:
        response = automation.delete(f"/users/{user.id}")
    assert response.status_code in (200, 204)
    [delivery] = LogoutDelivery.objects(client_id=client_id)
    assert (delivery.sid, delivery.sub, delivery.status) == (session.public_id, user.id, "pending")
    assert not Session.objects(sub=user.id)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = browser.post("/oauth/token", data=form, auth=(client_id, f"{client_id}-secret"))
    assert answer.json["error"] == "invalid_grant"
