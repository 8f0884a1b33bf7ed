"""The database fails between the claim and the answer: nobody got anything, and the client may ask again."""

import pytest

from auth_service.protocol.grants.token_grant import TokenGrant
from tests.auth_service.conftest import basic
from tests.auth_service.device_flow import decide, device_client, poll, start, type_code
from tests.auth_service.flow import get_code, redeem

#: What a client waits that does as `Retry-After` says.
RETRY_AFTER = 5  # seconds


def refresh(browser, client_id, token):
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return browser.post("/oauth/token", data=form, auth=basic(client_id))


@pytest.fixture(params=["code", "refresh_token", "device_code"])
def ask(request, app, client, register, sign_in, username):
    """Present the same single-use credential, each time that it is called."""
    if request.param == "device_code":
        client_id = device_client(register)
        codes = start(client, client_id).json
        sign_in(username)
        type_code(client, codes["user_code"])
        decide(client, codes["user_code"])
        return lambda: poll(app.test_client(), client_id, codes["device_code"])
    client_id = register()
    code = get_code(client, username, client_id)
    if request.param == "code":
        return lambda: redeem(app.test_client(), client_id, code)
    token = redeem(client, client_id, code).json["refresh_token"]
    return lambda: refresh(app.test_client(), client_id, token)


@pytest.fixture
def are_active(client, register):
    resource_server = basic(register(resource_server=True))

    def both(tokens):
        asked = [{"token": tokens[kind]} for kind in ("access_token", "refresh_token")]
        return {
            client.post("/oauth/introspect", data=form, auth=resource_server).json["active"] for form in asked
        }

    return both


@pytest.mark.rfc("6749 §5.2; 9110 §10.2.3")
@pytest.mark.parametrize("collection", ["access_tokens", "refresh_tokens"])
def test_the_client_asks_again_as_told(clock, ask, fail, are_active, collection):
    fail("insert", collection)
    refused = ask()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    clock.advance(seconds=RETRY_AFTER)
    tokens = ask()
    assert tokens.status_code == 200
    assert are_active(tokens.json) == {True}


@pytest.mark.rfc("6749 §4.1.2; 9700 §4.14.2")
def test_what_was_answered_is_used_up_for_good(clock, ask, are_active):
    tokens = ask().json
    clock.advance(seconds=RETRY_AFTER)
    assert ask().json["error"] == "invalid_grant"
    assert are_active(tokens) == {False}


@pytest.mark.rfc("6749 §4.1.2; 9700 §4.14.2")
def test_a_claim_that_is_just_being_answered_is_not_abandoned(ask, fail):
    fail("insert", "access_tokens")
    assert ask().status_code == 503
    assert ask().json["error"] == "invalid_grant"


@pytest.mark.rfc("6749 §4.1.2")
def test_who_was_taken_for_gone_gets_nothing_that_works(monkeypatch, clock, ask, are_active):
    make_tokens, waiting = TokenGrant.make_tokens, [ask]

    def after_another_claim(grant, *what):
        if waiting:
            clock.advance(seconds=RETRY_AFTER)
            assert waiting.pop()().status_code == 200
        return make_tokens(grant, *what)

    monkeypatch.setattr(TokenGrant, "make_tokens", after_another_claim)
    assert are_active(ask().json) == {False}
