"""Sign-out that a relying party asks for (OIDC RP-Initiated Logout 1.0)."""

from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

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


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
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
