"""The `claims` parameter (OIDC Core §5.5): single claims, asked for by name."""

import json

import pytest

from auth_service.models import AccessToken, Grant
from auth_service.models.secret import hash_secret
from tests.auth_service.conftest import basic
from tests.auth_service.flow import authorize, get_code, redeem
from tests.auth_service.protocol.relying_party import verify


@pytest.fixture
def client_id(register):
    return register(id_token_signed_response_alg="ES256", scope="openid profile email")


@pytest.fixture
def ada(user):
    user.update(
        set__email="ada@example.org",
        set__email_verified=True,
        set__birthdate="1815-12-10",
        set__address={"country": "UK"},
    )
    return user


@pytest.fixture
def sign_in_with(client, client_id, ada):
    """The tokens of a sign-in with this `claims` parameter."""

    def make(claims, scope="openid", **parameters):
        code = get_code(client, ada.username, client_id, scope=scope, claims=json.dumps(claims), **parameters)
        return redeem(client, client_id, code).json

    return make


@pytest.fixture
def told(client, sign_in_with):
    """The claims about the person, in the id_token and at userinfo, that a `claims` parameter brings."""

    def ask(claims, **parameters):
        tokens = sign_in_with(claims, **parameters)
        return about_the_person(client, tokens)

    return ask


def about_the_person(client, tokens):
    protocol = {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "at_hash", "nonce"}
    id_token = verify(client, tokens["id_token"], "ES256").claims
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    userinfo = client.get("/oauth/userinfo", headers=header).json
    assert userinfo["sub"] == id_token["sub"]
    return tuple(
        {name: value for name, value in claims.items() if name not in protocol}
        for claims in (id_token, userinfo)
    )


@pytest.mark.rfc("OIDC Core §5.5")
def test_each_member_brings_its_claims_to_its_place(told):
    claims = {
        "id_token": {"email": None, "auth_time": {"essential": True}},
        "userinfo": {"birthdate": {"essential": True}, "address": None},
    }
    assert told(claims) == (
        {"email": "ada@example.org"},
        {"birthdate": "1815-12-10", "address": {"country": "UK"}},
    )


@pytest.mark.rfc("OIDC Core §5.5")
def test_they_come_beside_those_of_the_scope(told):
    id_token, userinfo = told({"userinfo": {"birthdate": None}}, scope="openid email")
    assert (id_token, set(userinfo)) == ({}, {"email", "email_verified", "birthdate"})


@pytest.mark.rfc("OIDC Core §5.5.1")
def test_only_what_there_is_is_told_and_essential_changes_nothing(told):
    assert told({"userinfo": {"phone_number": {"essential": True}, "picture": None}}) == ({}, {})


@pytest.mark.rfc("OIDC Core §5.5.1")
@pytest.mark.parametrize(
    ("asked", "is_told"),
    [
        ({"value": "ada@example.org"}, True),
        ({"value": "eve@example.org"}, False),
        ({"values": ["eve@example.org", "ada@example.org"]}, True),
        ({"values": ["eve@example.org", 7, {"$ne": 1}]}, False),
        ({"essential": True, "value": None}, False),
        ({"purpose": "an extension's"}, True),
    ],
)
def test_a_claim_asked_for_with_values_is_told_if_it_has_one(told, asked, is_told):
    expected = {"email": "ada@example.org"} if is_told else {}
    assert told({"userinfo": {"email": asked}}) == ({}, expected)


@pytest.mark.rfc("OIDC Core §5.5")
def test_unknown_claims_and_members_are_ignored(told):
    claims = {
        "userinfo": {"shoe_size": {"essential": True}, "password_hash": None, "name#de": None, "roles": None},
        "id_token": {"https://example.org/claim": None, "$where": None, "\ud800": None, "iss": None},
        "verified_claims": [1],
    }
    assert told(claims) == ({}, {})


@pytest.mark.rfc("OIDC Core §5.5")
@pytest.mark.parametrize(
    "claims",
    [
        "x",
        "[]",
        "null",
        '"email"',
        "{",
        "[" * 5000,
        '{"userinfo": []}',
        '{"userinfo": null}',
        '{"id_token": "email"}',
        '{"userinfo": {"email": true}}',
        '{"userinfo": {"email": {"essential": "yes"}}}',
        '{"userinfo": {"email": {"values": "a"}}}',
        '{"userinfo": {"shoe_size": 1}}',
        '{"userinfo": {"email": {"value": NaN}}}',
        json.dumps({"userinfo": {"email": {"value": "x" * 9000}}}),
        '{"userinfo": {"email": {"value": ' + "9" * 5000 + "}}}",
    ],
)
def test_a_malformed_parameter_is_an_invalid_request(client, client_id, claims):
    request = {"response_type": "code", "client_id": client_id, "scope": "openid", "state": "s"}
    answer = authorize(client, "nobody", claims=claims, **request)
    assert (answer.query["error"], answer.query["state"]) == ("invalid_request", "s")
    assert "claims" in answer.query["error_description"]


@pytest.mark.rfc("OIDC Core §5.5")
def test_a_claim_without_its_scope_is_asked_for_and_remembered(client, client_id, sign_in_with, ada):
    sign_in_with({"userinfo": {"birthdate": None}, "id_token": {"email": None}}, scope="openid email")
    assert set(Grant.objects(sub=ada.id, client_id=client_id).first().scope) == {
        "openid",
        "email",
        "claim:birthdate",
    }
    silent = {"response_type": "code", "client_id": client_id, "scope": "openid", "prompt": "none"}

    def without_a_page(claim):
        return authorize(client, "", claims=json.dumps({"userinfo": {claim: None}}), **silent).query

    assert "code" in without_a_page("birthdate")
    assert "code" in without_a_page("shoe_size"), "nobody gets it"
    assert without_a_page("address")["error"] == "consent_required"


@pytest.mark.rfc("OIDC Core §5.5")
def test_the_consent_page_names_the_claims(client, client_id, ada, sign_in):
    sign_in(ada.username)
    query = {
        "response_type": "code",
        "client_id": client_id,
        "scope": "openid email",
        "claims": json.dumps(
            {"userinfo": {"birthdate": None, "email": None}, "id_token": {"phone_number": None}}
        ),
    }
    page = client.get(client.get("/oauth/authorize", query_string=query).headers["Location"]).text
    assert "See your birthdate" in page
    assert "See your phone number" in page
    assert page.count("See your email address") == 1


@pytest.mark.rfc("OIDC Core §12.2")
def test_a_refresh_brings_them_again(client, client_id, sign_in_with):
    tokens = sign_in_with({"id_token": {"email": None}, "userinfo": {"birthdate": None}})
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refreshed = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    assert about_the_person(client, refreshed) == ({"email": "ada@example.org"}, {"birthdate": "1815-12-10"})


def test_without_it_nothing_is_stored_with_the_token(sign_in_with):
    for claims, is_stored in (
        ({}, False),
        ({"userinfo": {"x": None}}, False),
        ({"userinfo": {"email": None}}, True),
    ):
        token = sign_in_with(claims)["access_token"]
        document = AccessToken._get_collection().find_one({"_id": hash_secret(token)})
        assert ("claims" in document) is is_stored


@pytest.mark.rfc("OIDC Core §5.5")
def test_without_openid_it_asks_for_nothing(client, client_id, sign_in_with, ada):
    tokens = sign_in_with({"userinfo": {"birthdate": None}}, scope="profile")
    assert "id_token" not in tokens
    assert Grant.objects(sub=ada.id, client_id=client_id).first().scope == ["profile"]
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.get("/oauth/userinfo", headers=header).status_code == 403


@pytest.mark.rfc("OIDC Discovery §3")
def test_it_is_announced(client):
    document = client.get("/.well-known/openid-configuration").json
    assert document["claims_parameter_supported"] is True
    assert document["claim_types_supported"] == ["normal"]
    assert {"sub", "acr", "c_hash", "email", "address", "zoneinfo"} <= set(document["claims_supported"])
