"""What makes an id_token acceptable (OpenID Connect Core 1.0 §3.1.3.7), against the real one."""

import base64
from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from admin_ui.auth_service_api import AuthServiceDown
from admin_ui.id_token import LoginRefused
from admin_ui.login_attempt import LoginAttempt
from admin_ui.openid_connect import OpenIDProvider, TokenReply
from tests.admin_ui.test_login import answer, code_of


@pytest.fixture
def provider(ui) -> OpenIDProvider:
    return ui.extensions["admin_ui"].provider


@pytest.fixture
def attempt(clock) -> LoginAttempt:
    return LoginAttempt.start("/admin/", clock.now())


@pytest.fixture
def reply(browser, provider, attempt) -> TokenReply:
    """A real answer of the token endpoint."""
    return provider.redeem_code(code_of(answer(browser, provider.authorization_url(attempt))), attempt)


def test_the_real_one_is_accepted(provider, reply, attempt):
    claims = provider.verify_id_token(reply, attempt.nonce)

    assert claims["aud"] in ("gatehouse-admin-ui", ["gatehouse-admin-ui"])


def test_another_nonce(provider, reply):
    with pytest.raises(LoginRefused, match="nonce"):
        provider.verify_id_token(reply, "another")


def test_none_at_all(provider, reply, attempt):
    with pytest.raises(LoginRefused):
        provider.verify_id_token(replace(reply, id_token=None), attempt.nonce)


def test_an_expired_one(provider, reply, attempt, clock):
    clock.ahead = 25 * 3600

    with pytest.raises(LoginRefused, match="expired"):
        provider.verify_id_token(reply, attempt.nonce)


def test_one_for_another_client(make_ui, reply, attempt):
    other = make_ui(client_id="another").extensions["admin_ui"].provider

    with pytest.raises(LoginRefused, match="aud"):
        other.verify_id_token(reply, attempt.nonce)


def test_one_that_came_with_another_access_token(provider, reply, attempt):
    with pytest.raises(LoginRefused, match="at_hash"):
        provider.verify_id_token(replace(reply, access_token="gat_" + "x" * 43), attempt.nonce)


@pytest.mark.parametrize("position", [-5, 60, 10])
def test_a_changed_one(provider, reply, attempt, position):
    changed = list(reply.id_token)
    changed[position] = "A" if changed[position] != "A" else "B"

    with pytest.raises(LoginRefused):
        provider.verify_id_token(replace(reply, id_token="".join(changed)), attempt.nonce)


def test_one_signed_by_a_stranger_under_our_kid(provider, reply, attempt):
    real = provider._fetch("/oauth/jwks")["keys"]
    kid = next(key["kid"] for key in real if key["kty"] == "EC")
    claims = {"iss": provider.metadata()["issuer"], "sub": "x", "aud": "gatehouse-admin-ui"}
    claims |= {"exp": 4102444800, "iat": 0, "nonce": attempt.nonce}
    stranger = ECKey.generate_key("P-256")

    forged = jwt.encode({"alg": "ES256", "kid": kid}, claims, stranger)

    with pytest.raises(LoginRefused, match="signature"):
        provider.verify_id_token(replace(reply, id_token=forged), attempt.nonce)


def test_one_without_a_signature(provider, reply, attempt):
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    unsigned = f"{header}.{reply.id_token.split('.')[1]}."

    with pytest.raises(LoginRefused):
        provider.verify_id_token(replace(reply, id_token=unsigned), attempt.nonce)


def test_one_signed_with_an_algorithm_that_is_not_allowed(provider, reply, attempt):
    claims = {"iss": provider.metadata()["issuer"], "sub": "x", "aud": "gatehouse-admin-ui"}
    claims |= {"exp": 4102444800, "iat": 0, "nonce": attempt.nonce}

    forged = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("k" * 32))

    with pytest.raises(LoginRefused):
        provider.verify_id_token(replace(reply, id_token=forged), attempt.nonce)


def test_a_discovery_document_of_another_issuer(make_ui, auth_service):
    other = make_ui(issuer="http://127.0.0.1:1", auth_service_url=auth_service.issuer)

    with pytest.raises(AuthServiceDown, match="issuer"):
        other.extensions["admin_ui"].provider.metadata()
