"""A replay that comes after the first one was let in and before its tokens are made: they are worth nothing."""

import pytest

from auth_service.protocol.grants.token_grant import TokenGrant
from tests.auth_service.conftest import basic
from tests.auth_service.device_flow import decide, device_client, poll, start, type_code
from tests.auth_service.flow import get_code, redeem


@pytest.fixture
def interrupt(monkeypatch):
    """Have this done once, as another request, in the middle of the next one that gets tokens."""

    def arrange(another_request):
        make_tokens, waiting = TokenGrant.make_tokens, [another_request]

        def after_another_request(grant, *what):
            if waiting:
                assert waiting.pop()().json["error"] == "invalid_grant"
            return make_tokens(grant, *what)

        monkeypatch.setattr(TokenGrant, "make_tokens", after_another_request)

    return arrange


@pytest.fixture
def is_active(client, register):
    resource_server = basic(register(resource_server=True))

    def ask(token):
        return client.post("/oauth/introspect", data={"token": token}, auth=resource_server).json["active"]

    return ask


@pytest.mark.rfc("6749 §4.1.2; 9700 §4.5.2")
def test_a_codes(app, client, register, username, interrupt, is_active):
    client_id = register()
    code = get_code(client, username, client_id)
    interrupt(lambda: redeem(app.test_client(), client_id, code))
    tokens = redeem(client, client_id, code).json
    assert not is_active(tokens["access_token"])
    assert not is_active(tokens["refresh_token"])


@pytest.mark.rfc("9700 §4.14.2")
def test_a_refresh_tokens(app, client, register, username, interrupt, is_active):
    client_id = register()
    first = redeem(client, client_id, get_code(client, username, client_id)).json

    def refresh():
        form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        return app.test_client().post("/oauth/token", data=form, auth=basic(client_id))

    interrupt(refresh)
    second = refresh().json
    assert not is_active(second["access_token"])
    assert not is_active(second["refresh_token"])


@pytest.mark.rfc("8628 §3.5; 6749 §4.1.2")
def test_a_device_codes(app, client, register, sign_in, username, interrupt, is_active):
    client_id = device_client(register)
    codes = start(client, client_id).json
    sign_in(username)
    type_code(client, codes["user_code"])
    decide(client, codes["user_code"])
    interrupt(lambda: poll(app.test_client(), client_id, codes["device_code"]))
    tokens = poll(client, client_id, codes["device_code"]).json
    assert not is_active(tokens["access_token"])
    assert not is_active(tokens["refresh_token"])
