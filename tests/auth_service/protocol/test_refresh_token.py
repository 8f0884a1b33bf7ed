"""The refresh token grant: rotation, reuse, families (RFC 6749 §6, RFC 9700 §4.14.2)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from auth_service.models import Client, Session, User
from tests.auth_service.conftest import basic
from tests.auth_service.flow import get_code, redeem


@pytest.fixture
def client_id(register):
    return register()


@pytest.fixture
def tokens(client, client_id, username):
    form = {
        "grant_type": "password",
        "username": username,
        "password": "valid",
        "scope": "profile notes:read",
    }
    return client.post("/oauth/token", data=form, auth=basic(client_id)).json


def refresh(client, client_id, token, **form):
    data = {"grant_type": "refresh_token", "refresh_token": token} | form
    return client.post("/oauth/token", data=data, auth=basic(client_id))


def is_active(client, client_id, token):
    return client.post("/oauth/introspect", data={"token": token}, auth=basic(client_id)).json["active"]


@pytest.mark.rfc("9700 §4.14.2")
def test_each_use_gives_a_new_one(client, client_id, tokens):
    first = refresh(client, client_id, tokens["refresh_token"]).json
    second = refresh(client, client_id, first["refresh_token"]).json
    assert len({tokens["refresh_token"], first["refresh_token"], second["refresh_token"]}) == 3
    assert second["scope"] == "profile notes:read"


@pytest.mark.rfc("9700 §4.14.2")
def test_reuse_revokes_the_family(client, client_id, tokens):
    new = refresh(client, client_id, tokens["refresh_token"]).json
    assert refresh(client, client_id, tokens["refresh_token"]).json["error"] == "invalid_grant"
    for token in (tokens["access_token"], new["access_token"], new["refresh_token"]):
        assert not is_active(client, client_id, token)
    assert refresh(client, client_id, new["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.rfc("9700 §4.14.2")
def test_of_twenty_at_once_one_succeeds(app, client_id, tokens):
    def redeem(_):
        return refresh(app.test_client(), client_id, tokens["refresh_token"]).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(redeem, range(20)))
    assert sorted(statuses) == [200] + [400] * 19


@pytest.mark.rfc("9700 §4.14.2")
def test_what_a_racing_winner_got_is_worth_nothing(app, client, client_id, tokens):
    with ThreadPoolExecutor(8) as pool:
        replies = list(
            pool.map(lambda _: refresh(app.test_client(), client_id, tokens["refresh_token"]), range(8))
        )
    [winner] = [reply.json for reply in replies if reply.status_code == 200]
    assert not is_active(client, client_id, winner["access_token"])
    assert not is_active(client, client_id, winner["refresh_token"])


@pytest.mark.rfc("6749 §6")
def test_another_clients_token_is_refused_and_unharmed(client, client_id, tokens, register):
    thief = register()
    assert refresh(client, thief, tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert refresh(client, client_id, tokens["refresh_token"]).status_code == 200


@pytest.mark.rfc("6749 §6")
def test_scope_can_shrink_and_the_refresh_token_keeps_it_all(client, client_id, tokens):
    narrow = refresh(client, client_id, tokens["refresh_token"], scope="profile").json
    assert narrow["scope"] == "profile"
    assert refresh(client, client_id, narrow["refresh_token"]).json["scope"] == "profile notes:read"


@pytest.mark.rfc("6749 §6")
def test_scope_cannot_grow_and_a_refusal_uses_nothing_up(client, client_id, tokens):
    refused = refresh(client, client_id, tokens["refresh_token"], scope="profile notes:write")
    assert refused.json["error"] == "invalid_scope"
    assert refresh(client, client_id, tokens["refresh_token"]).status_code == 200


@pytest.mark.rfc("6749 §6")
def test_an_expired_one_is_refused(client, client_id, tokens, clock):
    clock.advance(days=30)
    assert refresh(client, client_id, tokens["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize("token", ["x", "grt_", "grt_" + "A" * 43, "tökén", "a\x00b", "x" * 9000])
def test_what_is_no_token_is_invalid_grant(client, client_id, token):
    assert refresh(client, client_id, token).json["error"] == "invalid_grant"


def test_a_truncated_one_is_invalid_grant(client, client_id, tokens):
    assert refresh(client, client_id, tokens["refresh_token"][:-1]).json["error"] == "invalid_grant"
    assert refresh(client, client_id, tokens["refresh_token"]).status_code == 200


def test_a_disabled_users_one_is_refused(client, client_id, tokens, username, clock):
    User.find(username).update(set__disabled_at=clock.now())
    assert refresh(client, client_id, tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_who_is_no_administrator_any_more_gives_no_admin_scope(client, register, user):
    user.update(push__roles="admin")
    client_id = register(scope="profile admin:read")
    form = {"grant_type": "password", "username": user.username, "password": "valid"}
    tokens = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    assert tokens["scope"] == "profile admin:read"
    user.update(pull__roles="admin")
    assert refresh(client, client_id, tokens["refresh_token"]).json["scope"] == "profile"


def test_a_client_gets_nothing_that_was_taken_from_its_registration(client, client_id, tokens):
    Client.objects(client_id=client_id).update(set__scope="profile")
    renewed = refresh(client, client_id, tokens["refresh_token"]).json
    assert renewed["scope"] == "profile"
    again = refresh(client, client_id, renewed["refresh_token"], scope="notes:read")
    assert again.json["error"] == "invalid_scope"


@pytest.mark.rfc("6749 §5.1")
def test_a_token_of_whose_scope_nothing_is_left_is_not_used_up(client, client_id, tokens):
    known = Client.objects(client_id=client_id)
    registered = known.first().scope
    known.update(set__scope="email")
    refused = refresh(client, client_id, tokens["refresh_token"])
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_scope")
    known.update(set__scope=registered)
    assert refresh(client, client_id, tokens["refresh_token"]).status_code == 200


@pytest.mark.rfc("6749 §6")
def test_public_clients_refresh_by_client_id_alone(client, register, username):
    client_id = register(token_endpoint_auth_method="none")
    form = {"grant_type": "password", "username": username, "password": "valid", "client_id": client_id}
    tokens = client.post("/oauth/token", data=form).json
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": client_id}
    assert client.post("/oauth/token", data=form).status_code == 200


@pytest.mark.rfc("OIDC Core §11")
@pytest.mark.parametrize("ending", ["signed out", "expired"])
def test_it_ends_with_the_session_that_it_came_from(client, client_id, username, clock, ending):
    tokens = redeem(client, client_id, get_code(client, username, client_id, scope="profile")).json
    tokens = refresh(client, client_id, tokens["refresh_token"]).json
    session = Session.objects(sub=User.find(username).id)
    if ending == "expired":
        session.update(set__expires_at=clock.now())
    else:
        session.delete()
    refused = refresh(client, client_id, tokens["refresh_token"])
    assert refused.json["error"] == "invalid_grant"


def test_signing_in_again_in_the_same_browser_ends_nothing(client, client_id, username):
    first = redeem(client, client_id, get_code(client, username, client_id, scope="profile")).json
    get_code(client, username, client_id, scope="profile", prompt="login")
    assert refresh(client, client_id, first["refresh_token"]).status_code == 200
