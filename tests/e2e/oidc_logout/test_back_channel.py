"""Apps are told from server to server that a session has ended, by the running system's own background work."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.local_system import LocalSystem
from tests.e2e.oauth_client import OAuthClient
from tests.e2e.oidc_logout.relying_party import PATIENCE, RelyingParty, claims_of, validate


@pytest.fixture
def relying_party(gateway: Gateway) -> Iterator[RelyingParty]:
    """A server beside the system: containers have a loopback address of their own and cannot call it."""
    if not isinstance(gateway.system, LocalSystem):
        pytest.skip("the relying party is on this machine's loopback address, the system is not")
    with RelyingParty() as server:
        yield server


@pytest.fixture
def app(register: Callable[..., OAuthClient], relying_party: RelyingParty) -> OAuthClient:
    return register(
        backchannel_logout_uri=relying_party.uri,
        backchannel_logout_session_required=True,
    )


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5, §2.6")
def test_the_end_of_the_session_is_told_to_the_app(
    gateway: Gateway, app: OAuthClient, relying_party: RelyingParty, browser: Browser
) -> None:
    id_token = app.tokens_by_code(browser, scope="openid")["id_token"]
    browser.follow(browser.http.get("/oauth/logout", params={"id_token_hint": id_token}))
    told = validate(gateway, relying_party.logout_token(), app.client_id)
    hint = claims_of(id_token)
    assert (told["sub"], told["sid"]) == (hint["sub"], hint["sid"])


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_an_app_that_was_down_is_told_again_at_the_administrations_wish(
    gateway: Gateway, app: OAuthClient, relying_party: RelyingParty, browser: Browser, admin: AdminApi
) -> None:
    relying_party.answers = [503]
    app.tokens_by_code(browser, scope="openid")
    browser.submit(browser.open("/"), "/logout")
    first = validate(gateway, relying_party.logout_token(), app.client_id)
    delivery = await_result(admin, app.client_id)
    assert (delivery["status"], delivery["result"]) == ("pending", "HTTP status 503")
    assert admin.call("POST", f"/logout-deliveries/{delivery['id']}/retry").status_code == 200
    second = validate(gateway, relying_party.logout_token(), app.client_id)
    assert second["sid"] == first["sid"]
    assert second["jti"] != first["jti"]
    assert await_result(admin, app.client_id)["status"] == "delivered"


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_disabling_a_user_is_told_to_the_app(
    gateway: Gateway, app: OAuthClient, relying_party: RelyingParty, browser: Browser, admin: AdminApi
) -> None:
    sub = claims_of(app.tokens_by_code(browser, scope="openid")["id_token"])["sub"]
    assert admin.call("PATCH", f"/users/{sub}", json={"disabled": True}).status_code == 200
    assert validate(gateway, relying_party.logout_token(), app.client_id)["sub"] == sub


def await_result(admin: AdminApi, client_id: str) -> dict:
    """The client's only delivery, once an attempt was written down."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        [delivery] = admin.read("/logout-deliveries", client_id=client_id)["items"]
        if delivery["result"] is not None:
            return delivery
        time.sleep(0.05)
    raise AssertionError("no attempt was made")
