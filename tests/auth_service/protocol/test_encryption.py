"""id_tokens and userinfo encrypted to the client's own key (OIDC Core §10.2, §16.14): signed first, then encrypted."""

import json

import pytest
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from auth_service.models import Client, User
from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.id_token import read_hint
from tests.auth_service.conftest import basic
from tests.auth_service.flow import authorize, get_code, redeem
from tests.auth_service.protocol.client_jwts import even_rsa
from tests.auth_service.protocol.relying_party import decrypt, verify
from tests.auth_service.protocol.remote_server import reply, serving

SIGNING_KEY = ECKey.generate_key("P-256", {"kid": "sig-1", "use": "sig"})


@pytest.fixture(scope="module")
def keys():
    """The client's private keys, by the algorithm that they are for."""
    return {
        "RSA-OAEP-256": RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "enc"}),
        "ECDH-ES": ECKey.generate_key("P-256", {"kid": "ec-1", "use": "enc"}),
    }


@pytest.fixture
def register_with_keys(register, keys):
    """Register a client with these keys beside one that is for signatures only."""

    def make(*algorithms, **metadata):
        published = [SIGNING_KEY, *(keys[alg] for alg in algorithms)]
        jwks = {"keys": [key.as_dict(private=False) for key in published]}
        return register(jwks=jwks, id_token_signed_response_alg="ES256", **metadata)

    return make


@pytest.fixture
def sign_in_at(client, username):
    def make(client_id):
        code = get_code(client, username, client_id, scope="openid profile", nonce="n")
        return redeem(client, client_id, code)

    return make


def ask_userinfo(client, tokens):
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    return client.get("/oauth/userinfo", headers=header)


@pytest.mark.rfc("OIDC Core §10.2")
@pytest.mark.rfc("OIDC Core §16.14")
@pytest.mark.parametrize("enc", ["A256GCM", None])
@pytest.mark.parametrize("alg", ["RSA-OAEP-256", "ECDH-ES"])
def test_an_id_token_is_signed_then_encrypted(client, register_with_keys, sign_in_at, keys, alg, enc):
    client_id = register_with_keys(
        "RSA-OAEP-256", "ECDH-ES", id_token_encrypted_response_alg=alg, id_token_encrypted_response_enc=enc
    )
    id_token = sign_in_at(client_id).json["id_token"]
    header, nested = decrypt(id_token, keys[alg], alg)
    expected = {"alg": alg, "enc": "A256GCM", "cty": "JWT", "kid": keys[alg].kid}
    assert {name: header[name] for name in expected} == expected
    claims = verify(client, nested, "ES256").claims
    assert (claims["aud"], claims["nonce"]) == (client_id, "n")


@pytest.mark.rfc("7516 §4.1.6")
@pytest.mark.rfc("OIDC Core §10.2")
def test_a_key_that_the_client_gave_no_kid_is_not_named(register, sign_in_at, keys):
    public = keys["ECDH-ES"].as_dict(private=False)
    del public["kid"]
    client_id = register(jwks={"keys": [public]}, id_token_encrypted_response_alg="ECDH-ES")
    header, _ = decrypt(sign_in_at(client_id).json["id_token"], keys["ECDH-ES"], "ECDH-ES")
    assert "kid" not in header


@pytest.mark.rfc("OIDC Core §12.2")
def test_a_refreshed_id_token_is_encrypted_too(client, register_with_keys, sign_in_at, keys):
    client_id = register_with_keys("ECDH-ES", id_token_encrypted_response_alg="ECDH-ES")
    form = {"grant_type": "refresh_token", "refresh_token": sign_in_at(client_id).json["refresh_token"]}
    refreshed = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    _, nested = decrypt(refreshed["id_token"], keys["ECDH-ES"], "ECDH-ES")
    assert verify(client, nested, "ES256").claims["aud"] == client_id


@pytest.mark.rfc("OIDC Core §10.2")
def test_nobody_else_opens_it_and_no_bit_of_it_can_change(register_with_keys, sign_in_at, keys):
    id_token = sign_in_at(register_with_keys("ECDH-ES", id_token_encrypted_response_alg="ECDH-ES")).json[
        "id_token"
    ]
    with pytest.raises(JoseError):
        decrypt(id_token, ECKey.generate_key("P-256"), "ECDH-ES")
    parts = id_token.split(".")
    parts[3] = ("B" if parts[3][0] == "A" else "A") + parts[3][1:]
    with pytest.raises(JoseError):
        decrypt(".".join(parts), keys["ECDH-ES"], "ECDH-ES")


@pytest.mark.rfc("OIDC Core §5.3.2")
def test_userinfo_signed_then_encrypted(client, register_with_keys, sign_in_at, keys, settings, user):
    client_id = register_with_keys(
        "RSA-OAEP-256", userinfo_signed_response_alg="ES256", userinfo_encrypted_response_alg="RSA-OAEP-256"
    )
    answer = ask_userinfo(client, sign_in_at(client_id).json)
    assert answer.headers["Content-Type"] == "application/jwt"
    header, nested = decrypt(answer.text, keys["RSA-OAEP-256"], "RSA-OAEP-256")
    assert header["cty"] == "JWT"
    claims = verify(client, nested, "ES256").claims
    assert [claims[name] for name in ("iss", "aud", "sub")] == [settings.issuer, client_id, user.id]


@pytest.mark.rfc("OIDC Core §5.3.2")
def test_userinfo_encrypted_alone(client, register_with_keys, sign_in_at, keys, username):
    client_id = register_with_keys("ECDH-ES", userinfo_encrypted_response_alg="ECDH-ES")
    answer = ask_userinfo(client, sign_in_at(client_id).json)
    assert answer.headers["Content-Type"] == "application/jwt"
    header, content = decrypt(answer.text, keys["ECDH-ES"], "ECDH-ES")
    assert "cty" not in header, "there is no JWT inside"
    claims = json.loads(content)
    assert (claims["sub"], claims["preferred_username"]) == (User.find(username).id, username)


@pytest.mark.rfc("OIDC Core §16.14")
def test_without_a_key_nothing_goes_in_the_clear(client, register_with_keys, sign_in_at):
    client_id = register_with_keys("ECDH-ES", id_token_encrypted_response_alg="RSA-OAEP-256")
    refused = sign_in_at(client_id)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")
    assert "id_token" not in refused.json
    client_id = register_with_keys(userinfo_encrypted_response_alg="ECDH-ES")
    refused = ask_userinfo(client, sign_in_at(client_id).json)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


def test_nothing_is_used_up_while_the_clients_key_cannot_be_had(client, register_with_keys, username, keys):
    """What is behind a `jwks_uri` may be out of reach for a moment: the client tries again."""
    client_id = register_with_keys("ECDH-ES", id_token_encrypted_response_alg="ECDH-ES")
    known = Client.objects(client_id=client_id)
    jwks, without = known.first().jwks, {"keys": [SIGNING_KEY.as_dict(private=False)]}
    form = {"grant_type": "authorization_code", "code": get_code(client, username, client_id, scope="openid")}
    for _ in range(2):  # the code, and then the refresh token
        known.update(set__jwks=without)
        refused = client.post("/oauth/token", data=form, auth=basic(client_id))
        assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")
        known.update(set__jwks=jwks)
        answer = client.post("/oauth/token", data=form, auth=basic(client_id))
        assert answer.status_code == 200 and "id_token" in answer.json
        form = {"grant_type": "refresh_token", "refresh_token": answer.json["refresh_token"]}


@pytest.mark.rfc("OIDC Core §15.5.2")
def test_the_longest_answer_fits_through_the_gateway(client, register, username, keys):
    uri = f"https://app.example/{'x' * 2000}"
    client_id = register(
        redirect_uris=[uri],
        grant_types=["authorization_code", "implicit"],
        response_types=["code id_token token"],
        access_token_format="jwt",
        jwks={"keys": [keys["RSA-OAEP-256"].as_dict(private=False)]},
        id_token_encrypted_response_alg="RSA-OAEP-256",
    )
    asked = {"response_type": "code id_token token", "client_id": client_id, "scope": "openid profile"}
    asked |= {"state": "\x01" * 2730, "response_mode": "fragment"}
    answer = authorize(client, username, **asked, nonce="\x01" * 1024)
    assert "id_token" in answer.fragment
    again = client.get("/oauth/authorize", query_string={**asked, "nonce": "\x01" * 1024})
    headers = "".join(f"{name}: {value}\r\n" for name, value in again.headers)
    assert again.location.startswith(uri) and len(headers) < 30 * 1024  # of 32
    answer = authorize(client, username, **asked, nonce="n" * 1025)
    assert answer.fragment["error"] == "invalid_request"
    assert answer.fragment["error_description"].startswith("nonce is longer")


@pytest.mark.rfc("OIDC Core §3.1.3.4")
@pytest.mark.parametrize("by_reference", [False, True])
def test_a_key_that_does_not_work_is_a_refusal_and_uses_nothing_up(client, register, username, by_reference):
    """It was stored before such keys were refused, or it came from the client's `jwks_uri`."""
    unsound = {"keys": [even_rsa(use="enc")]}
    with serving() as host:
        host.answer = lambda handler: reply(handler, json.dumps(unsound).encode())
        keys = {"jwks_uri": host.url("/jwks")} if by_reference else {"jwks": unsound}
        client_id = register(
            id_token_encrypted_response_alg="RSA-OAEP-256",
            userinfo_encrypted_response_alg="RSA-OAEP-256",
            grant_types=["authorization_code", "implicit"],
            response_types=["code", "id_token", "code id_token"],
            **keys,
        )
        form = {"grant_type": "authorization_code"}
        form["code"] = get_code(client, username, client_id, scope="openid")
        refused = client.post("/oauth/token", data=form, auth=basic(client_id))
        assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")
        for response_type in ("id_token", "code id_token"):
            answer = authorize(
                client,
                username,
                response_type=response_type,
                client_id=client_id,
                scope="openid",
                nonce="n",
            )
            assert answer.fragment["error"] == "invalid_request"
        known = Client.objects(client_id=client_id)
        known.update(unset__id_token_encrypted_response_alg=True)
        tokens = client.post("/oauth/token", data=form, auth=basic(client_id))
        assert tokens.status_code == 200, "the code was used up"
        refused = ask_userinfo(client, tokens.json)
        assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("OIDC Core §5.3.3")
def test_whatever_goes_wrong_while_encrypting_is_a_refusal(
    client, register_with_keys, sign_in_at, monkeypatch
):
    client_id = register_with_keys("ECDH-ES", userinfo_encrypted_response_alg="ECDH-ES")
    tokens = sign_in_at(client_id).json

    def fail(*_args, **_options):
        raise ValueError("Encryption failed")

    monkeypatch.setattr(jwe, "encrypt_compact", fail)
    refused = ask_userinfo(client, tokens)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_an_encrypted_hint_is_refused_what_was_in_it_is_good(app, register_with_keys, sign_in_at, keys):
    client_id = register_with_keys("ECDH-ES", id_token_encrypted_response_alg="ECDH-ES")
    id_token = sign_in_at(client_id).json["id_token"]
    server = app.extensions["gatehouse"]
    with pytest.raises(InvalidRequest):
        read_hint(server, server.clients.read(client_id), id_token)
    _, nested = decrypt(id_token, keys["ECDH-ES"], "ECDH-ES")
    assert read_hint(server, server.clients.read(client_id), nested)["aud"] == client_id


@pytest.mark.rfc("OIDC Discovery §3")
@pytest.mark.parametrize("what", ["id_token", "userinfo"])
def test_it_is_announced(client, what):
    document = client.get("/.well-known/openid-configuration").json
    assert document[f"{what}_encryption_alg_values_supported"] == ["RSA-OAEP-256", "ECDH-ES"]
    assert document[f"{what}_encryption_enc_values_supported"] == ["A256GCM"]
    assert set(document[f"{what}_signing_alg_values_supported"]) >= {"RS256", "ES256"}
