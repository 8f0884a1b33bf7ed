"""Sign-out that a relying party asks for (OIDC RP-Initiated Logout 1.0)."""

from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from auth_service.models import Client
from tests.auth_service.flow import get_code, redeem

GOODBYE = "https://app.example/goodbye"


@pytest.fixture
def client_id(register):
    return register(post_logout_redirect_uris=[GOODBYE])


@pytest.fixture
def id_token(client, client_id, username):
    return redeem(client, client_id, get_code(client, username, client_id, scope="openid")).json["id_token"]


def logout(client, **parameters):
    return client.get("/oauth/logout?" + urlencode(parameters))


def is_signed_in(client, client_id):
    asked = client.get("/oauth/authorize?" + urlencode({"response_type": "code", "client_id": client_id}))
    return not asked.headers["Location"].startswith("/login")


@pytest.mark.rfc("OIDC RP-Initiated Logout §2, §3")
@pytest.mark.conformance("oidcc-rp-initiated-logout")
def test_a_hint_signs_out_and_redirects_with_state(client, client_id, id_token, clock):
    clock.advance(minutes=61)  # an expired hint is as good; its key, if another test rotated it, stays for 65
    reply = logout(client, id_token_hint=id_token, post_logout_redirect_uri=GOODBYE, state="a b")
    assert reply.headers["Location"] == f"{GOODBYE}?state=a+b"
    assert not is_signed_in(client, client_id)


@pytest.mark.rfc("OIDC RP-Initiated Logout §6")
def test_without_a_hint_the_person_is_asked(client, client_id, id_token):
    reply = logout(client, client_id=client_id, post_logout_redirect_uri=GOODBYE)
    assert reply.status_code == 200
    assert is_signed_in(client, client_id)


@pytest.mark.rfc("OIDC RP-Initiated Logout §3")
@pytest.mark.parametrize("uri", [GOODBYE + "/", "https://evil.example", "javascript:alert(1)"])
def test_an_unregistered_redirect_uri_is_not_followed(client, id_token, uri):
    reply = logout(client, id_token_hint=id_token, post_logout_redirect_uri=uri)
    assert "evil" not in reply.headers.get("Location", "")
    assert "javascript" not in reply.headers.get("Location", "")


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
@pytest.mark.conformance("oidcc-rp-initiated-logout-modified-id-token-hint")
def test_unsigned_and_foreign_hints_are_refused(client, client_id, id_token, settings):
    claims = {"iss": settings.issuer, "aud": client_id, "sub": "x"}
    header, payload, _ = id_token.split(".")
    foreign = jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256"), ["ES256"])
    for hint in (f"{header}.{payload}.", foreign, "nonsense", "a.b.c", "tökén"):
        reply = logout(client, id_token_hint=hint, post_logout_redirect_uri=GOODBYE)
        assert reply.status_code == 400
        assert is_signed_in(client, client_id)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_hint_of_another_client_is_refused(client, id_token, register):
    assert logout(client, id_token_hint=id_token, client_id=register()).status_code == 400


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
@pytest.mark.conformance("oidcc-rp-initiated-logout-no-state")
def test_without_state_none_is_returned(client, id_token):
    assert logout(client, id_token_hint=id_token, post_logout_redirect_uri=GOODBYE).location == GOODBYE


@pytest.mark.rfc("OIDC RP-Initiated Logout §3")
@pytest.mark.parametrize(
    "uri",
    ["https://app.example/out?to=%FF&a=b%20c;d&e", "https://app.example/out;v=1?", "com.example.app:///out"],
)
def test_state_is_added_and_all_else_stays_as_it_is_registered(client, register, username, uri):
    client_id = register(post_logout_redirect_uris=[uri], application_type="native")
    hint = redeem(client, client_id, get_code(client, username, client_id, scope="openid")).json["id_token"]
    reply = logout(client, id_token_hint=hint, post_logout_redirect_uri=uri, state="s")
    assert reply.headers["Location"].startswith(uri)
    assert reply.headers["Location"].endswith("state=s")


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_hint_of_another_session_of_the_same_person_is_asked_about(
    client, app, client_id, username, id_token
):
    other = app.test_client()
    redeem(other, client_id, get_code(other, username, client_id, scope="openid"))
    reply = logout(other, id_token_hint=id_token, post_logout_redirect_uri=GOODBYE)
    assert (reply.status_code, reply.location) == (200, None)
    assert is_signed_in(other, client_id)
    assert is_signed_in(client, client_id)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_hint_from_before_the_person_signed_in_again_is_good(client, clock, client_id, username, id_token):
    clock.advance(minutes=1)
    get_code(client, username, client_id, scope="openid", prompt="login")
    assert logout(client, id_token_hint=id_token).location == "/signed-out"
    assert not is_signed_in(client, client_id)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_hint_without_a_session_is_good_for_its_person_only(client, client_id, username):
    tokens = {}
    for name in (username, f"{username}-2"):
        form = {"grant_type": "password", "username": name, "password": "valid", "scope": "openid"}
        reply = client.post("/oauth/token", data=form, auth=(client_id, f"{client_id}-secret"))
        tokens[name] = reply.json["id_token"]
    get_code(client, username, client_id)
    assert logout(client, id_token_hint=tokens[f"{username}-2"]).status_code == 200
    assert is_signed_in(client, client_id)
    assert logout(client, id_token_hint=tokens[username]).location == "/signed-out"


@pytest.mark.rfc("OIDC Core §8.1")
@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_pairwise_hint_is_recognised(client, register, username):
    client_id = register(subject_type="pairwise", post_logout_redirect_uris=[GOODBYE])
    hint = redeem(client, client_id, get_code(client, username, client_id, scope="openid")).json["id_token"]
    assert logout(client, id_token_hint=hint, post_logout_redirect_uri=GOODBYE).location == GOODBYE
    assert not is_signed_in(client, client_id)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_after_the_session_has_ended_the_app_still_gets_the_person_back(client, id_token):
    for _ in range(2):
        assert logout(client, id_token_hint=id_token, post_logout_redirect_uri=GOODBYE).location == GOODBYE


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_an_encrypted_hint_is_refused_since_only_the_client_can_read_it(client, register, username):
    key = ECKey.generate_key("P-256", {"use": "enc", "kid": "rp"})
    client_id = register(
        id_token_encrypted_response_alg="ECDH-ES", jwks={"keys": [key.as_dict(private=False)]}
    )
    hint = redeem(client, client_id, get_code(client, username, client_id, scope="openid")).json["id_token"]
    assert hint.count(".") == 4
    assert logout(client, id_token_hint=hint).status_code == 400
    assert is_signed_in(client, client_id)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_a_hint_of_a_client_that_is_gone_asks_first(client, client_id, id_token):
    Client.objects(client_id=client_id).delete()
    assert logout(client, id_token_hint=id_token, post_logout_redirect_uri=GOODBYE).status_code == 200
    assert "Signed in as" in client.get("/").text
