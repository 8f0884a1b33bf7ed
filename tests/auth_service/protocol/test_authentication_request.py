"""What OpenID Connect adds to a request (OIDC Core §3.1.2.1): how, as whom and how recently to be signed in."""

import json
from urllib.parse import urlencode

import pytest

from auth_service.models import AuthorizationRequest, User
from auth_service.models.secret import hash_secret
from tests.auth_service.conftest import csrf_token
from tests.auth_service.flow import authorize, parse_answer, redeem
from tests.auth_service.protocol.relying_party import verify

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"


def step(client, path="/oauth/authorize", **parameters):
    """Where a browser is sent: a path of ours without its query, or the client's answer."""
    location = client.get(f"{path}?{urlencode(parameters)}").headers["Location"]
    return location.split("?")[0] if location.startswith("/") else parse_answer(location)


def id_token_of(client, client_id, answer):
    return redeem(client, client_id, answer.query["code"]).json["id_token"]


def claims_of(client, client_id, answer):
    return verify(client, id_token_of(client, client_id, answer), "ES256").claims


@pytest.fixture
def relying_party(register):
    return register(id_token_signed_response_alg="ES256", scope="openid profile email")


@pytest.fixture
def asked(relying_party):
    return {"response_type": "code", "client_id": relying_party, "scope": "openid", "nonce": "n"}


@pytest.fixture
def hint(client, relying_party, asked, username):
    """An id_token of the person, who is signed in and has consented."""
    return id_token_of(client, relying_party, authorize(client, username, **asked))


@pytest.fixture
def somebody_else(app, clock, relying_party, asked, username):
    """An id_token of another person, given to the same client in another browser."""
    browser = app.test_client()
    return id_token_of(browser, relying_party, authorize(browser, f"{username}-2", **asked))


@pytest.mark.rfc("OIDC Core §3.1.2.6")
def test_prompt_none_with_nobody_signed_in(client, asked):
    assert step(client, **asked, prompt="none", state="s").query["error"] == "login_required"


@pytest.mark.rfc("OIDC Core §3.1.2.6")
def test_prompt_none_without_consent(client, asked, username, sign_in):
    sign_in(username)
    assert step(client, **asked, prompt="none").query["error"] == "consent_required"


@pytest.mark.rfc("OIDC Core §3.1.2.6")
def test_prompt_none_where_the_person_is_asked_each_time(client, register, username):
    client_id = register(redirect_uris=["http://127.0.0.1:4600/cb"], token_endpoint_auth_method="none")
    request = {
        "response_type": "code", "client_id": client_id, "scope": "profile",
        "code_challenge": "A" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    assert step(client, **request, prompt="none").query["error"] == "login_required"
    assert "code" in authorize(client, username, **request).query
    assert step(client, **request, prompt="none").query["error"] == "interaction_required"


@pytest.mark.rfc("OIDC Core §3.1.2.1")
@pytest.mark.parametrize("prompt", ["none login", "consent none", "select_account none", "create", "None"])
def test_refused_prompts(client, asked, prompt):
    assert step(client, **asked, prompt=prompt).query["error"] == "invalid_request"


@pytest.mark.rfc("OIDC Core §3.1.2.1")
@pytest.mark.parametrize("freshly", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "login consent"}])
def test_signing_in_again_moves_auth_time(client, relying_party, asked, username, hint, clock, freshly):
    before = verify(client, hint, "ES256").claims["auth_time"]
    clock.advance(seconds=30)
    assert step(client, **asked, **freshly) == "/login"
    after = claims_of(client, relying_party, authorize(client, username, **asked, **freshly))
    assert after["auth_time"] == before + 30


@pytest.mark.rfc("OIDC Core §3.1.2.3")
@pytest.mark.parametrize("freshly", [{"prompt": "login"}, {"max_age": "0"}])
def test_who_has_just_signed_in_for_another_app_signs_in_again(client, asked, hint, freshly):
    assert step(client, **asked, **freshly) == "/login"


@pytest.mark.rfc("OIDC Core §3.1.2.3")
@pytest.mark.parametrize("freshly", [{"prompt": "login"}, {"max_age": "0"}])
def test_a_sign_in_in_another_browser_or_for_another_app_is_none_for_this_one(
    app, client, asked, username, hint, sign_in, clock, freshly
):
    """Whoever has the address of a request that waits could have it answered without the sign-in that it wants."""
    other = app.test_client()
    authorize(other, username, **asked)
    clock.advance(seconds=1)
    waiting = client.get("/oauth/authorize", query_string={**asked, **freshly}).location
    onwards = waiting.replace("/login", "/oauth/authorize/continue")
    clock.advance(seconds=1)
    assert "code" in authorize(other, username, **asked, **freshly).query
    assert other.get(onwards).location == waiting
    assert "code" in authorize(client, username, **asked, **freshly).query  # another request's
    assert client.get(onwards).location == waiting
    assert sign_in(username, waiting).location == onwards
    assert other.get(onwards).location == waiting
    assert "code" in parse_answer(client.get(onwards).location).query


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_max_age_and_the_clients_own(client, register, username, clock):
    client_id = register(default_max_age=60, id_token_signed_response_alg="ES256")
    asked = {"response_type": "code", "client_id": client_id, "scope": "openid"}
    claims = claims_of(client, client_id, authorize(client, username, **asked))
    assert claims["auth_time"] == int(clock.now().timestamp())
    clock.advance(seconds=61)
    assert step(client, **asked) == "/login"
    assert step(client, **asked, max_age="60") == "/login"
    assert step(client, **asked, max_age="60", prompt="none").query["error"] == "login_required"
    assert "code" in step(client, **asked, max_age="61").query


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_selecting_the_account_that_is_signed_in(client, relying_party, asked, hint, username, clock):
    clock.advance(seconds=1)
    location = client.get(f"/oauth/authorize?{urlencode(asked | {'prompt': 'select_account'})}").headers[
        "Location"
    ]
    assert location.startswith("/select-account?request=")
    page = client.get(location).text
    assert username in page and "Test app" in page
    user = User.find(username)
    for forged in ("", "someone-else"):
        post = client.post(location, data={"csrf_token": csrf_token(page), "account": forged})
        assert client.get(post.headers["Location"]).headers["Location"] == location
    post = client.post(location, data={"csrf_token": csrf_token(page), "account": user.id})
    answer = parse_answer(client.get(post.headers["Location"]).headers["Location"])
    assert claims_of(client, relying_party, answer)["sub"] == user.id


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_selecting_another_account(client, relying_party, asked, hint, username, sign_in, clock):
    clock.advance(seconds=1)
    location = client.get(f"/oauth/authorize?{urlencode(asked | {'prompt': 'select_account'})}").headers[
        "Location"
    ]
    login = location.replace("/select-account", "/login") + "&account=other"
    assert "account=other" in client.get(location).text
    assert f'value="{username}"' not in client.get(login).text
    onwards = sign_in(f"{username}-2", login).headers["Location"]
    consent = client.get(onwards).headers["Location"]
    form = {"csrf_token": csrf_token(client.get(consent).text), "decision": "allow"}
    answer = parse_answer(client.post(consent, data=form).headers["Location"])
    assert claims_of(client, relying_party, answer)["sub"] == User.find(f"{username}-2").id


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_selecting_with_nobody_signed_in_is_signing_in(client, asked):
    assert step(client, **asked, prompt="select_account") == "/login"


@pytest.mark.rfc("OIDC Core §3.1.2.1")
@pytest.mark.rfc("OIDC Core §3.1.2.2")
def test_id_token_hint_of_who_is_signed_in(client, relying_party, asked, hint, username, clock):
    clock.advance(hours=2)  # the hint has expired since
    answer = step(client, **asked, prompt="none", id_token_hint=hint)
    assert claims_of(client, relying_party, answer)["sub"] == User.find(username).id


@pytest.mark.rfc("OIDC Core §3.1.2.1")
@pytest.mark.rfc("OIDC Core §3.1.2.2")
def test_id_token_hint_of_another_user(client, asked, hint, somebody_else, username, sign_in, clock):
    clock.advance(seconds=1)
    assert (
        step(client, **asked, prompt="none", id_token_hint=somebody_else).query["error"] == "login_required"
    )
    query = urlencode(asked | {"id_token_hint": somebody_else})
    login = client.get(f"/oauth/authorize?{query}").headers["Location"]
    assert login.startswith("/login")
    # Who signs in as yet another gets nobody's tokens.
    onwards = sign_in(f"{username}-3", login).headers["Location"]
    assert parse_answer(client.get(onwards).headers["Location"]).query["error"] == "login_required"
    login = client.get(f"/oauth/authorize?{query}").headers["Location"]
    onwards = sign_in(f"{username}-2", login).headers["Location"]
    assert "code" in parse_answer(client.get(onwards).headers["Location"]).query


def test_a_hint_is_a_token_and_is_not_stored(client, asked, hint):
    query = urlencode(asked | {"id_token_hint": hint, "prompt": "login"})
    login = client.get(f"/oauth/authorize?{query}").headers["Location"]
    request_id = hash_secret(login.removeprefix("/login?request="))
    kept = AuthorizationRequest._get_collection().find_one({"_id": request_id})
    assert kept["parameters"]["prompt"] == "login" and hint not in str(kept)


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_the_sign_in_page_names_the_hinted_user_to_those_who_may_know_the_name(
    app, client, register, username
):
    for scope, named in (("openid profile", True), ("openid", False)):
        client_id = register(scope=scope, id_token_signed_response_alg="ES256")
        asked = {"response_type": "code", "client_id": client_id, "scope": scope}
        hint = id_token_of(client, client_id, authorize(client, username, **asked))
        stranger = app.test_client()
        location = stranger.get(f"/oauth/authorize?{urlencode(asked | {'id_token_hint': hint})}").headers[
            "Location"
        ]
        assert (f'value="{username}"' in stranger.get(location).text) is named


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_a_hint_that_is_not_ours_or_not_this_clients(client, asked, hint, register, username):
    header, payload, signature = hint.split(".")
    other = register(id_token_signed_response_alg="ES256")
    foreign = id_token_of(
        client, other, authorize(client, username, response_type="code", client_id=other, scope="openid")
    )
    unsigned = "eyJhbGciOiJub25lIn0." + payload + "."
    stripped = f"{header}.{payload}."
    forged = f"{header}.{payload}.{'A' * len(signature)}"
    for bad in (foreign, unsigned, stripped, forged, "x", "a.b.c", "ü"):
        for prompt in ({}, {"prompt": "none"}):
            answer = step(client, **asked, **prompt, id_token_hint=bad, state="s")
            assert (answer.query["error"], answer.query["state"]) == ("invalid_request", "s")


@pytest.mark.rfc("OIDC Core §8.1")
def test_a_pairwise_subject_is_a_good_hint(client, register, username):
    client_id = register(subject_type="pairwise", id_token_signed_response_alg="ES256")
    asked = {"response_type": "code", "client_id": client_id, "scope": "openid"}
    hint = id_token_of(client, client_id, authorize(client, username, **asked))
    subject = verify(client, hint, "ES256").claims["sub"]
    assert subject != User.find(username).id
    assert "code" in step(client, **asked, prompt="none", id_token_hint=hint).query
    for sub, good in ((subject, True), (User.find(username).id, False)):
        claims = json.dumps({"id_token": {"sub": {"value": sub}}})
        assert ("code" in step(client, **asked, prompt="none", claims=claims).query) is good


@pytest.mark.rfc("OIDC Core §5.5.1")
@pytest.mark.parametrize(
    "wrong", [{"value": "somebody"}, {"values": ["a", "b"]}, {"value": 7}, {"value": [{}]}]
)
def test_a_requested_subject(client, asked, hint, username, wrong):
    sub = User.find(username).id
    for right in ({"value": sub}, {"values": ["a", sub]}, {"essential": True}, None):
        claims = json.dumps({"id_token": {"sub": right}})
        assert "code" in step(client, **asked, prompt="none", claims=claims).query
    claims = json.dumps({"id_token": {"sub": wrong}})
    assert step(client, **asked, prompt="none", claims=claims).query["error"] == "login_required"
    assert step(client, **asked, claims=claims) == "/login"


@pytest.mark.rfc("OIDC Core §5.5.1.1")
def test_acr_is_told_and_amr(client, relying_party, asked, username, settings):
    supported = client.get("/.well-known/openid-configuration").json["acr_values_supported"]
    assert supported == [PASSWORD]
    for wish in (PASSWORD, f"1 2 {PASSWORD}", "unheard-of"):
        claims = claims_of(client, relying_party, authorize(client, username, **asked, acr_values=wish))
        assert (claims["acr"], claims["amr"]) == (PASSWORD, ["pwd"])


@pytest.mark.rfc("OIDC Core §5.5.1.1")
@pytest.mark.parametrize(
    ("acr", "met"),
    [
        ({"essential": True}, True),
        ({"essential": True, "value": PASSWORD}, True),
        ({"essential": True, "values": ["x", PASSWORD]}, True),
        ({"values": ["x"]}, True),
        ({"essential": True, "value": "x"}, False),
        ({"essential": True, "values": ["x", {}, 1]}, False),
    ],
)
def test_an_essential_acr(client, asked, username, acr, met):
    answer = authorize(client, username, **asked, state="s", claims=json.dumps({"id_token": {"acr": acr}}))
    assert ("code" in answer.query) is met
    if not met:
        assert (answer.query["error"], answer.query["state"]) == ("unmet_authentication_requirements", "s")


@pytest.mark.rfc("OIDC Core §5.5")
def test_claims_beyond_the_scope_are_asked_about_and_given(client, relying_party, asked, hint, username):
    claims = json.dumps({"id_token": {"preferred_username": {"essential": True}}, "userinfo": {"name": None}})
    assert step(client, **asked, claims=claims) == "/consent"
    assert step(client, **asked, claims=claims, prompt="none").query["error"] == "consent_required"
    given = claims_of(client, relying_party, authorize(client, username, **asked, claims=claims))
    assert given["preferred_username"] == username
    assert "code" in step(client, **asked, claims=claims, prompt="none").query
    assert "preferred_username" not in claims_of(client, relying_party, step(client, **asked))


@pytest.mark.rfc("OIDC Core §3.1.2.1")
@pytest.mark.parametrize(
    "accepted",
    [
        *({"display": display} for display in ("page", "popup", "touch", "wap")),
        {"ui_locales": "fr-CA fr en"},
        {"claims_locales": "de"},
        {"login_hint": "ada@example.com"},
        {"max_age": str(2**31)},
        {"max_age": str(2**64 - 1)},
        {"extra": "foobar"},
    ],
)
def test_accepted_and_of_no_consequence(client, asked, hint, accepted):
    assert "code" in step(client, **asked, **accepted).query


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_what_was_asked_survives_the_sign_in(client, asked, username, clock, sign_in):
    """A hint that is checked at the end as at the beginning: the kept request has it."""
    claims = json.dumps({"id_token": {"sub": {"value": "nobody"}}})
    login = client.get(f"/oauth/authorize?{urlencode(asked | {'claims': claims, 'state': 's'})}").headers[
        "Location"
    ]
    onwards = sign_in(username, login).headers["Location"]
    answer = parse_answer(client.get(onwards).headers["Location"])
    assert (answer.query["error"], answer.query["state"]) == ("login_required", "s")


@pytest.mark.rfc("OIDC Discovery §3")
@pytest.mark.rfc("8414 §2")
def test_discovery_says_so(client):
    document = client.get("/.well-known/openid-configuration").json
    assert document["response_types_supported"] == [
        *("code", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "token")
    ]
    assert document["response_modes_supported"] == ["query", "fragment", "form_post"]
    assert document["prompt_values_supported"] == ["none", "login", "consent", "select_account"]
    assert document["display_values_supported"] == ["page", "popup", "touch", "wap"]
    assert document["ui_locales_supported"] == ["en"]
    assert document["claims_parameter_supported"] is True
