"""The userinfo endpoint (OIDC Core §5.3): who may ask, and what is told in which form."""

import pytest

from auth_service.models import Client
from auth_service.protocol.standard_claims import BY_SCOPE
from tests.auth_service.conftest import basic
from tests.auth_service.flow import get_code, redeem
from tests.auth_service.protocol.relying_party import verify

ADDRESS = {"street_address": "12 St James's Square", "locality": "London", "country": "UK"}
#: What the user's document holds.
STORED = {
    "name": "Ada Lovelace",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "middle_name": "King",
    "nickname": "Countess",
    "profile_url": "https://ada.example/me",
    "picture": "https://ada.example/me.png",
    "website": "https://ada.example/",
    "gender": "female",
    "birthdate": "1815-12-10",
    "zoneinfo": "Europe/London",
    "locale": "en-GB",
    "email": "ada@example.org",
    "email_verified": True,
    "phone_number": "+442079460000",
    "phone_number_verified": False,
    "address": ADDRESS,
}
SCOPE = "openid profile email address phone offline_access notes:read"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def client_id(register):
    return register(scope=SCOPE)


@pytest.fixture
def tokens_for(client, client_id, username):
    return lambda scope: redeem(client, client_id, get_code(client, username, client_id, scope=scope)).json


@pytest.fixture
def ada(user):
    user.update(**{f"set__{name}": value for name, value in STORED.items()})
    return user


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def ask(client, tokens_for):
    """Userinfo's answer to a new token of that scope."""
    return lambda scope: client.get("/oauth/userinfo", headers=bearer(tokens_for(scope)["access_token"]))


@pytest.mark.rfc("OIDC Core §5.4")
@pytest.mark.parametrize("scope", BY_SCOPE)
def test_each_scope_stands_for_its_claims(ask, ada, scope):
    claims = ask(f"openid {scope}").json
    assert set(claims) == {"sub", *BY_SCOPE[scope]}
    known = STORED | {
        "sub": ada.id,
        "preferred_username": ada.username,
        "profile": STORED["profile_url"],
        "updated_at": int(ada.updated_at.timestamp()),
    }
    assert claims == {name: known[name] for name in claims}


@pytest.mark.rfc("OIDC Core §5.1.1")
def test_all_scopes_together(ask, ada):
    claims = ask("openid profile email address phone").json
    assert claims["address"] == ADDRESS
    assert set(claims) == {"sub", *(claim for names in BY_SCOPE.values() for claim in names)}


@pytest.mark.rfc("OIDC Core §5.3.2")
def test_sub_is_always_there_and_what_has_no_value_is_left_out(ask, user):
    assert ask("openid").json == {"sub": user.id}
    assert ask("openid email address phone").json == {"sub": user.id}
    assert set(ask("openid profile").json) == {"sub", "name", "preferred_username", "updated_at"}


@pytest.mark.rfc("OIDC Core §5.3.1")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_by_get_and_post_with_the_header(client, tokens_for, user, method):
    token = tokens_for("openid")["access_token"]
    reply = client.open("/oauth/userinfo", method=method, headers=bearer(token))
    assert (reply.json, reply.mimetype) == ({"sub": user.id}, "application/json")
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.rfc("6750 §2.2")
def test_by_post_with_the_token_in_the_form(client, tokens_for, user):
    token = tokens_for("openid")["access_token"]
    assert client.post("/oauth/userinfo", data={"access_token": token}).json == {"sub": user.id}


@pytest.mark.rfc("6750 §2")
@pytest.mark.parametrize(
    "request_of",
    [
        pytest.param(lambda t: {"data": {"access_token": t}, "headers": bearer(t)}, id="header and body"),
        pytest.param(lambda t: {"data": {"access_token": [t, t]}}, id="twice in the body"),
        pytest.param(lambda t: {"query_string": {"access_token": t}}, id="query"),
        pytest.param(
            lambda t: {"query_string": {"access_token": t}, "headers": bearer(t)}, id="query, header"
        ),
        pytest.param(lambda t: {"data": {"access_token": f"{t} "}}, id="not a token"),
    ],
)
def test_sent_in_two_ways_or_in_the_query_it_is_refused(client, tokens_for, request_of):
    refused = client.post("/oauth/userinfo", **request_of(tokens_for("openid")["access_token"]))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")
    assert 'error="invalid_request"' in refused.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §2.2")
def test_only_a_posted_form_carries_a_token(client, tokens_for):
    token = tokens_for("openid")["access_token"]
    for request in (
        {"method": "GET", "data": f"access_token={token}", "content_type": FORM},
        {"method": "POST", "data": {"access_token": token}, "content_type": "multipart/form-data"},
        {"method": "POST", "json": {"access_token": token}},
    ):
        refused = client.open("/oauth/userinfo", **request)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (
            401,
            'Bearer realm="gatehouse"',
        )


@pytest.mark.rfc("6750 §3, §3.1")
def test_without_a_token_there_is_a_challenge_and_no_error(client):
    refused = client.get("/oauth/userinfo")
    assert (refused.status_code, refused.json["error"]) == (401, "unauthorized")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="gatehouse"'
    assert refused.json["request_id"] == refused.headers["X-Request-ID"]


@pytest.mark.rfc("6750 §3.1")
def test_without_openid_insufficient_scope(ask):
    refused = ask("profile")
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    assert 'scope="openid"' in refused.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §3.1")
def test_expired_revoked_and_unknown_tokens_are_invalid(client, tokens_for, clock):
    expired = tokens_for("openid")["access_token"]
    clock.advance(hours=1)
    for token in (expired, "gat_" + "A" * 43, "x"):
        refused = client.get("/oauth/userinfo", headers=bearer(token))
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer  ", "Bearer a b", "Bearer tökén", "Bearer " + "x" * 9000]
)
def test_malformed_headers(client, value):
    refused = client.get("/oauth/userinfo", headers={"Authorization": value})
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")
    assert 'error="invalid_request"' in refused.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §2.1, §3.1")
@pytest.mark.parametrize("scheme", ["Basic", "DPoP", "MAC", "Bearerer", ""])
def test_a_good_token_under_another_scheme_is_none(client, tokens_for, scheme):
    token = tokens_for("openid")["access_token"]
    refused = client.get("/oauth/userinfo", headers={"Authorization": f"{scheme} {token}"})
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="gatehouse"')
    assert client.get("/oauth/userinfo", headers={"Authorization": f"bEARER {token}"}).status_code == 200


@pytest.mark.rfc("6750 §2.1")
@pytest.mark.rfc("9110 §11.4")
def test_the_token_may_stand_after_more_than_one_space(client, tokens_for):
    header = {"Authorization": f"Bearer   {tokens_for('openid')['access_token']}"}
    assert client.get("/oauth/userinfo", headers=header).status_code == 200


def test_a_disabled_users_or_clients_token_tells_nothing(client, client_id, tokens_for, user, clock):
    token = tokens_for("openid")["access_token"]
    user.update(set__disabled_at=clock.now())
    assert client.get("/oauth/userinfo", headers=bearer(token)).status_code == 401
    user.update(unset__disabled_at=True)
    assert client.get("/oauth/userinfo", headers=bearer(token)).status_code == 200
    Client.objects(client_id=client_id).update(set__disabled_at=clock.now())
    assert client.get("/oauth/userinfo", headers=bearer(token)).status_code == 401


def test_a_clients_own_token_has_no_userinfo(client, register):
    form = {"grant_type": "client_credentials"}
    token = client.post("/oauth/token", data=form, auth=basic(register())).json["access_token"]
    assert client.get("/oauth/userinfo", headers=bearer(token)).status_code == 403


@pytest.mark.rfc("OIDC Core §5.3.2")
@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_signed_as_registered(client, register, user, settings, alg):
    client_id = register(userinfo_signed_response_alg=alg)
    code = get_code(client, user.username, client_id, scope="openid profile")
    token = redeem(client, client_id, code).json["access_token"]
    reply = client.get("/oauth/userinfo", headers=bearer(token))
    assert reply.headers["Content-Type"] == "application/jwt"
    signed = verify(client, reply.text, alg)
    assert signed.claims["iss"] == settings.issuer
    assert signed.claims["aud"] == client_id
    assert signed.claims["sub"] == user.id
    assert signed.claims["preferred_username"] == user.username
    assert "exp" not in signed.claims, "so that it cannot pass for an id_token"
