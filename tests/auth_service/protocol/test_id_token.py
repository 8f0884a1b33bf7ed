"""The id_token (OIDC Core §2, §3.1.3.6): what it says, how it is signed, and what passes for one as a hint."""

import base64
import hashlib
import hmac

import pytest
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from auth_service.models import Session, User
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.id_token import issue_id_token, read_hint
from tests.auth_service.conftest import basic
from tests.auth_service.flow import get_code, redeem
from tests.auth_service.protocol.relying_party import decode, encode, verify

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


def half_hash(text, alg):
    digest = hashlib.new("sha512" if alg == "EdDSA" else "sha256", text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


@pytest.fixture
def server(app):
    return app.extensions["gatehouse"]


@pytest.fixture
def es256(register):
    return register(id_token_signed_response_alg="ES256")


@pytest.fixture
def tokens(client, es256, username):
    return redeem(client, es256, get_code(client, username, es256, scope="openid profile")).json


@pytest.mark.rfc("OIDC Core §2")
@pytest.mark.rfc("OIDC Core §3.1.3.6")
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_claims_and_signature(client, register, username, settings, clock, alg):
    client_id = register(id_token_signed_response_alg=alg)
    code = get_code(client, username, client_id, scope="openid profile", nonce="n-0S6")
    signed_in_at = int(clock.now().timestamp())
    clock.advance(seconds=10)
    tokens = redeem(client, client_id, code).json
    id_token = verify(client, tokens["id_token"], alg)
    claims = dict(id_token.claims)
    assert claims.pop("acr", None) != ""
    assert claims == {
        "iss": settings.issuer,
        "sub": User.find(username).id,
        "aud": client_id,
        "iat": signed_in_at + 10,
        "exp": signed_in_at + 3610,
        "auth_time": signed_in_at,
        "amr": ["pwd"],
        "nonce": "n-0S6",
        "sid": Session.objects(sub=User.find(username).id).first().public_id,
        "at_hash": half_hash(tokens["access_token"], alg),
    }


@pytest.mark.rfc("OIDC Core §3.1.3.7")
def test_authlibs_client_accepts_it_and_no_other_access_token(client, es256, tokens, settings, clock):
    def validate(access_token):
        claims = CodeIDToken(
            dict(verify(client, tokens["id_token"], "ES256").claims),
            {"alg": "ES256"},
            options={"iss": {"value": settings.issuer}, "aud": {"value": es256}},
            params={"access_token": access_token},
        )
        claims.validate(now=int(clock.now().timestamp()))

    validate(tokens["access_token"])
    with pytest.raises(Exception, match="at_hash"):
        validate(tokens["access_token"][:-1] + "!")


@pytest.mark.rfc("OIDC Core §3.1.3.7")
def test_what_was_changed_fails_a_client(client, tokens):
    header, payload, signature = tokens["id_token"].split(".")
    other = encode(decode(payload) | {"sub": "somebody else"})
    for forged in (f"{header}.{other}.{signature}", f"{header}.{payload}.", f"{header}.{payload}.AAAA"):
        with pytest.raises(JoseError):
            verify(client, forged, "ES256")


@pytest.mark.rfc("OIDC Core §3.3.2.11")
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_it_is_bound_to_the_code_and_the_token_beside_it(app, client, server, register, user, alg):
    found = server.clients.read(register(id_token_signed_response_alg=alg))
    authorization = Authorization(sub=user.id, scope=["openid", "profile"])
    beside = {"code": "gac_x", "access_token": "gat_x"}
    claims = verify(client, issue_id_token(server, found, authorization, **beside), alg).claims
    assert (claims["c_hash"], claims["at_hash"]) == (half_hash("gac_x", alg), half_hash("gat_x", alg))
    claims = verify(client, issue_id_token(server, found, authorization, code="gac_x"), alg).claims
    assert "at_hash" not in claims
    assert "name" not in claims, "an access token will get it"


@pytest.mark.rfc("OIDC Core §5.4")
def test_alone_it_has_the_scopes_claims(client, server, es256, user):
    found = server.clients.read(es256)
    token = issue_id_token(server, found, Authorization(sub=user.id, scope=["openid", "profile"], acr="1"))
    claims = verify(client, token, "ES256").claims
    assert (claims["preferred_username"], claims["acr"]) == (user.username, "1")
    assert {"at_hash", "c_hash", "email", "nonce", "auth_time", "sid"}.isdisjoint(claims)


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_without_openid_there_is_none(client, register, username):
    client_id = register()
    assert "id_token" not in redeem(client, client_id, get_code(client, username, client_id)).json


@pytest.mark.rfc("OIDC Core §12.2")
def test_a_refreshed_one_keeps_subject_and_auth_time_but_no_nonce(client, es256, username, clock):
    first = redeem(client, es256, get_code(client, username, es256, scope="openid", nonce="n")).json
    clock.advance(minutes=5)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = client.post("/oauth/token", data=form, auth=basic(es256)).json
    before, after = (verify(client, reply["id_token"], "ES256").claims for reply in (first, second))
    kept = ("iss", "sub", "aud", "auth_time", "sid", "amr")
    assert [before[name] for name in kept] == [after[name] for name in kept]
    assert after["iat"] == before["iat"] + 300
    assert "nonce" not in after
    assert after["at_hash"] == half_hash(second["access_token"], "ES256")


@pytest.mark.rfc("OIDC Core §12.2")
def test_a_refresh_without_openid_brings_none(client, es256, tokens):
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "profile"}
    assert "id_token" not in client.post("/oauth/token", data=form, auth=basic(es256)).json


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_our_own_is_a_good_hint_also_when_it_has_expired(server, es256, tokens, username, clock):
    clock.advance(hours=2)
    for asker in (server.clients.read(es256), None):
        assert read_hint(server, asker, tokens["id_token"])["sub"] == User.find(username).id


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_a_hint_is_good_for_longer_than_its_key_is_published_but_not_if_that_is_revoked(
    make_app, make_settings, empty_database, clock
):
    app = make_app(make_settings(mongodb_database=empty_database, signing_algorithms="RS256 ES256"))
    server = app.extensions["gatehouse"]
    asker = RegisteredClient("app", {"id_token_signed_response_alg": "ES256"}, server.profile)
    hint = issue_id_token(server, asker, Authorization(sub="ada", scope=["openid"]))
    kid = decode(hint.split(".")[0])["kid"]
    server.keys.rotate()
    clock.advance(days=3)
    assert kid not in {key["kid"] for key in app.test_client().get("/oauth/jwks").json["keys"]}
    assert read_hint(server, asker, hint)["sub"] == "ada"
    server.keys.revoke(kid)
    with pytest.raises(InvalidRequest):
        read_hint(server, asker, hint)


@pytest.mark.rfc("8725 §3.1")
@pytest.mark.rfc("OIDC Core §3.1.2.1")
@pytest.mark.parametrize(
    ("change", "signed_anew"),
    [
        pytest.param({"alg": "none"}, False, id="alg none"),
        pytest.param({}, False, id="signature stripped"),
        pytest.param({"kid": "nobody's"}, True, id="wrong kid"),
        pytest.param({"kid": None}, True, id="no kid"),
        pytest.param({"crit": ["exp"]}, True, id="unknown crit"),
        pytest.param({"crit": ["b64"], "b64": False}, True, id="unencoded payload"),
        pytest.param({"typ": "logout+jwt"}, True, id="another type"),
        pytest.param({"alg": "RS256"}, True, id="another algorithm"),
        pytest.param({"alg": 7}, True, id="no algorithm"),
    ],
)
def test_a_forged_hint_is_refused(server, es256, tokens, change, signed_anew):
    """Signed anew with our own key where it can be, so that nothing but the header is to blame."""
    header, payload, _ = tokens["id_token"].split(".")
    assert read_hint(server, None, signed(server, decode(header), payload))
    forged = {name: value for name, value in (decode(header) | change).items() if value is not None}
    whole = signed(server, forged, payload)
    assert is_refused(server, es256, whole if signed_anew else f"{encode(forged)}.{payload}.")


def signed(server, header, payload):
    text = f"{encode(header)}.{payload}"
    signature = JWSRegistry.algorithms["ES256"].sign(text.encode(), server.keys.signing_key("ES256"))
    return f"{text}.{encode(signature)}"


@pytest.mark.rfc("8725 §2.1")
@pytest.mark.parametrize("alg", ["HS256", "ES256"])
def test_the_public_key_is_no_secret(client, server, es256, tokens, alg):
    """Key confusion: an HMAC with the published key as its secret."""
    header, payload, _ = tokens["id_token"].split(".")
    key = KeySet.import_key_set(client.get("/oauth/jwks").json).get_by_kid(decode(header)["kid"])
    text = f"{encode(decode(header) | {'alg': alg})}.{payload}"
    mac = hmac.digest(key.as_pem(private=False), text.encode(), "sha256")
    assert is_refused(server, es256, f"{text}.{encode(mac)}")


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_what_is_no_id_token_of_this_client_is_no_hint(client, server, es256, tokens, register):
    assert is_refused(server, register(), tokens["id_token"]), "another client's"
    other_jwt = register(access_token_format="jwt", audience=[es256])
    form = {"grant_type": "client_credentials"}
    assert is_refused(
        server, es256, client.post("/oauth/token", data=form, auth=basic(other_jwt)).json["access_token"]
    ), "an access token"
    for nonsense in ("", "x", "a.b.c", "a.b.c.d.e", "ö.ö.ö", f"{encode([])}.e30.", "x" * 20_000):
        assert is_refused(server, None, nonsense)


@pytest.mark.rfc("OIDC Core §5.3.2")
def test_a_signed_userinfo_answer_is_no_hint(client, server, register, username):
    client_id = register(userinfo_signed_response_alg="ES256")
    token = redeem(client, client_id, get_code(client, username, client_id, scope="openid")).json[
        "access_token"
    ]
    answer = client.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert is_refused(server, client_id, answer.text)


def is_refused(server, client_id, hint):
    found = server.clients.read(client_id) if client_id else None
    with pytest.raises(InvalidRequest) as refusal:
        read_hint(server, found, hint)
    return refusal.value.description == "id_token_hint is not valid"


@pytest.mark.rfc("7517 §4")
def test_the_key_set_has_no_private_part(client):
    keys = client.get("/oauth/jwks").json["keys"]
    assert {key["alg"] for key in keys} >= {"ES256", "RS256"}
    for key in keys:
        assert {"d", "p", "q", "dp", "dq", "qi"}.isdisjoint(key)
        assert key["use"] == "sig"
