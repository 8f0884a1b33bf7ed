"""Client authentication by signed assertions (RFC 7523, OIDC Core §9): private_key_jwt and client_secret_jwt."""

import base64
import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from auth_service.models import Client, UsedJti
from auth_service.protocol.client_assertion import TYPE
from auth_service.protocol.sealed import Sealer, client_secret_context
from tests.auth_service.conftest import basic
from tests.auth_service.protocol.client_jwts import ALGORITHMS, encode, jwk, jwks, pem, private_key
from tests.auth_service.protocol.remote_server import reply, serving

ENDPOINTS = {
    "/oauth/token": {"grant_type": "client_credentials"},
    "/oauth/introspect": {"token": "gat_none"},
    "/oauth/revoke": {"token": "gat_none"},
}
ISSUER = "http://127.0.0.1:5000"


@pytest.fixture(scope="module")
def settings(open_registration):
    """Clients may register themselves."""
    return open_registration


@pytest.fixture
def with_keys(register):
    """Register a client that signs with its own key."""
    return lambda **metadata: register(
        **{"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks()} | metadata
    )


@pytest.fixture
def with_secret(register, settings):
    """Register a client that signs with its secret."""

    def make(**metadata):
        client_id = register(token_endpoint_auth_method="client_secret_jwt", **metadata)
        sealed = Sealer(settings).seal(f"{client_id}-secret".encode(), client_secret_context(client_id))
        Client.objects(client_id=client_id).update_one(set__encrypted_secret=sealed)
        return client_id

    return make


@pytest.fixture
def claims(clock):
    """The claims of a good assertion, with changes; None leaves one out."""

    def make(client_id, **changes):
        now = int(clock.now().timestamp())
        given = {"iss": client_id, "sub": client_id, "aud": ISSUER, "jti": secrets.token_hex(8)}
        given |= {"iat": now, "exp": now + 60} | changes
        return {name: value for name, value in given.items() if value is not None}

    return make


def send(client, assertion, path="/oauth/token", **more):
    form = ENDPOINTS[path] | {"client_assertion_type": TYPE, "client_assertion": assertion} | more
    return client.post(path, data={name: value for name, value in form.items() if value is not None})


def refused(response) -> bool:
    return (response.status_code, response.json["error"]) == (401, "invalid_client")


def reason(capsys) -> str:
    """The rule that refused, as the operator reads it."""
    return [line for line in capsys.readouterr().out.splitlines() if "refused" in line][-1]


@pytest.mark.rfc("7523 §2.2")
@pytest.mark.rfc("OIDC Core §9")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_private_key_jwt(client, with_keys, claims, path, alg):
    client_id = with_keys()
    assert send(client, encode(claims(client_id), alg), path).status_code == 200
    assert send(client, encode(claims(client_id), alg), path, client_id=client_id).status_code == 200


@pytest.mark.rfc("7523 §3")
def test_who_registers_another_clients_keys_gains_nothing(client, with_keys, claims):
    """An assertion says whose it is: the owner's is the owner's alone, and the borrower can sign none."""
    with serving() as server:
        server.answer = lambda handler: reply(handler, json.dumps(jwks()).encode())
        owner = with_keys(jwks=None, jwks_uri=server.url("/keys"))
        metadata = {
            "redirect_uris": ["https://rp.example/callback"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": server.url("/keys"),
        }
        borrower = client.post("/oauth/register", json=metadata).json["client_id"]
        stolen = encode(claims(owner))
        assert refused(send(client, stolen, "/oauth/revoke", client_id=borrower))
        own = encode(claims(borrower), key=private_key("EC", 1))
        assert refused(send(client, own, "/oauth/revoke"))
        assert send(client, stolen, "/oauth/revoke").status_code == 200  # the owner's, and still good once


@pytest.mark.rfc("7517 §4.2")
def test_a_key_for_another_use_is_in_nobodys_way(client, claims):
    metadata = {
        "redirect_uris": ["https://rp.example/callback"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": jwks(jwk("EC", "tls", 1) | {"use": "tls"}, jwk("EC", "ec")),
    }
    client_id = client.post("/oauth/register", json=metadata).json["client_id"]
    assert send(client, encode(claims(client_id), "ES256"), "/oauth/revoke").status_code == 200
    foreign = encode(claims(client_id), "ES256", key=private_key("EC", 1), kid="tls")
    assert refused(send(client, foreign, "/oauth/revoke"))


@pytest.mark.rfc("OIDC Core §9")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_client_secret_jwt(client, with_secret, claims, path):
    client_id = with_secret()
    key = f"{client_id}-secret".encode()
    assert send(client, encode(claims(client_id), "HS256", key), path).status_code == 200
    assert refused(send(client, encode(claims(client_id), "HS256", key + b"x"), path))


@pytest.mark.rfc("OIDC Core §9")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_the_audience_is_the_issuer_or_the_endpoint(client, with_keys, claims, path):
    client_id = with_keys()
    for audience in (ISSUER, f"{ISSUER}/oauth/token", ISSUER + path, [ISSUER], ["x", ISSUER + path]):
        assert send(client, encode(claims(client_id, aud=audience)), path).status_code == 200
    for audience in (
        "https://other.example",
        f"{ISSUER}/",
        f"{ISSUER}/oauth/authorize",
        [],
        None,
        5,
        [5],
        {},
    ):
        assert refused(send(client, encode(claims(client_id, aud=audience)), path))


@pytest.mark.rfc("7523 §3")
def test_under_oauth21_the_audience_is_the_issuer_alone(client, with_keys, claims):
    client_id = with_keys(profile="oauth21")
    for audience in (ISSUER, [ISSUER]):
        assert send(client, encode(claims(client_id, aud=audience))).status_code == 200
    for audience in (
        f"{ISSUER}/oauth/token",
        [ISSUER, f"{ISSUER}/oauth/token"],
        [ISSUER, "https://x.example"],
    ):
        assert refused(send(client, encode(claims(client_id, aud=audience))))


@pytest.mark.rfc("7523 §3")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"exp": None}, "exp is missing"),
        ({"exp": -31}, "expired"),
        ({"exp": 3700}, "more than 3600"),
        ({"exp": "soon"}, "not a number"),
        ({"exp": True}, "not a number"),
        ({"exp": float("nan")}, "not a number"),
        ({"exp": float("inf")}, "not a number"),
        ({"exp": 1e300}, "more than 3600"),
        ({"nbf": 60}, "not yet valid"),
        ({"iat": 60}, "issued in the future"),
        ({"iat": [1]}, "not a number"),
        ({"jti": None}, "jti is missing"),
        ({"jti": ""}, "jti is missing"),
        ({"jti": 7}, "jti is missing"),
        ({"jti": "x" * 256}, "longer than 255"),
        ({"iss": "another"}, "iss and sub"),
        ({"iss": None}, "iss and sub"),
        ({"sub": None}, "iss and sub"),
        ({"sub": ["x"], "iss": ["x"]}, "iss and sub"),
        ({"sub": "nobody", "iss": "nobody"}, "no such client"),
        ({"sub": "", "iss": ""}, "no such client"),
        ({"sub": "\ud800", "iss": "\ud800"}, "iss and sub"),
    ],
)
def test_claims_that_are_refused(client, with_keys, claims, clock, capsys, changes, why):
    now = clock.now().timestamp()
    for name in ("exp", "nbf", "iat"):
        value = changes.get(name)
        if type(value) is int:
            changes = changes | {name: now + value}
    assert refused(send(client, encode(claims(with_keys(), **changes))))
    assert why in reason(capsys)


@pytest.mark.rfc("7519 §2")
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_a_time_beyond_all_times_is_in_the_future(client, with_keys, claims, name):
    assert refused(send(client, encode(claims(with_keys(), **{name: 10**400}))))


@pytest.mark.rfc("7523 §3")
def test_clocks_may_differ_a_little(client, with_keys, claims, clock):
    client_id, now = with_keys(), clock.now().timestamp()
    for changes in ({"exp": now - 20}, {"nbf": now + 20}, {"iat": now + 20}):
        assert send(client, encode(claims(client_id, **changes))).status_code == 200


@pytest.mark.rfc("7523 §3")
def test_an_assertion_is_good_once_at_whichever_endpoint(client, with_keys, claims, capsys):
    client_id = with_keys()
    assertion = encode(claims(client_id))
    assert send(client, assertion).status_code == 200
    for path in ENDPOINTS:
        assert refused(send(client, assertion, path))
        assert "jti was used before" in reason(capsys)
    # The same id in another assertion of the client, and in one of another client's.
    assert refused(send(client, encode(claims(client_id, jti=_jti(assertion), exp=None) | {"exp": 1})))
    assert send(client, encode(claims(with_keys(), jti=_jti(assertion)))).status_code == 200


def _jti(assertion: str) -> str:
    part = assertion.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=="))["jti"]


@pytest.mark.rfc("7523 §3")
def test_of_parallel_replays_exactly_one_passes(app, with_keys, claims):
    assertion = encode(claims(with_keys()))
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: send(app.test_client(), assertion).status_code, range(20)))
    assert sorted(answers) == [200] + [401] * 19


@pytest.mark.rfc("7523 §3")
def test_used_ids_are_kept_as_hashes_until_the_assertion_has_expired(client, with_keys, claims, clock):
    UsedJti.objects.delete()
    given = claims(with_keys(), jti="recognisable")
    send(client, encode(given))
    [used] = UsedJti.objects
    assert "recognisable" not in used.id
    assert used.expires_at.timestamp() == given["exp"] + 30
    index = UsedJti._get_collection().index_information()["expires_at_1"]
    assert index["expireAfterSeconds"] == 0


@pytest.mark.rfc("8725 §3.1")
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda c: encode(c).rpartition(".")[0] + ".", "signature is not good"),
        (lambda c: encode(c)[:-8] + "AAAAAAAA", "signature is not good"),
        (lambda c: encode(c).rpartition(".")[0], "not a JWS"),
        (lambda c: encode(c, "none"), "alg is not one"),
        (lambda c: encode(c, "none", kid="ec"), "alg is not one"),
        (lambda c: encode(c, alg="ES256", key=private_key("EC", 1)), "signature is not good"),
        (lambda c: encode(c, kid="rsa"), "no key for ES256 with this kid"),
        (lambda c: encode(c, kid="unknown"), "no key for ES256 with this kid"),
        (lambda c: encode(c, kid=["ec"]), ""),
        (lambda c: encode(c, crit=["exp"], exp=1), "crit"),
        (lambda c: encode(c, crit=["x"], x=1), "crit"),
        (lambda c: encode(c, crit=[]), "crit"),
        (lambda c: encode(c, crit=5), "crit"),
        (lambda c: encode(c, b64=False), "not a JWS"),
        (lambda c: encode(c, typ="at+jwt"), "typ"),
        (lambda c: encode(c, typ="oauth-authz-req+jwt"), "typ"),
        (lambda c: encode(c, typ=["JWT"]), ""),
        (lambda c: encode(c, "HS256", pem("RSA"), kid="rsa"), "alg is not one"),
        (lambda c: encode(c, "HS256", pem("EC"), kid="ec"), "alg is not one"),
        (lambda c: encode(c, "ES256", jwk=jwk("EC", number=1), key=private_key("EC", 1)), "not good"),
        (lambda c: encode(c, "ES256", jku="http://127.0.0.1:9/", key=private_key("EC", 1)), "not good"),
        (lambda c: encode(b"[]"), "not a JWT"),
        (lambda c: encode(b'"text"'), "not a JWT"),
        (lambda c: encode(b"\xff"), "not a JWS"),
        (lambda c: encode(b'{"a":' + b"[" * 15_000 + b"]" * 15_000 + b"}"), "not a JWS"),
        (lambda c: "x" * 50_000, "too long"),
        (lambda c: "a.b.c", "not a JWS"),
        (lambda c: "..", "not a JWS"),
        (lambda c: "é", "not a JWS"),
        (lambda c: "a.b.c.d.e", "not a JWS"),
    ],
)
def test_what_is_no_good_signature(client, with_keys, claims, capsys, make, why):
    assert refused(send(client, make(claims(with_keys()))))
    assert why in reason(capsys)


@pytest.mark.rfc("8725 §3.1")
def test_the_secret_and_the_public_key_are_never_taken_for_each_other(client, with_keys, with_secret, claims):
    own_key, shared = with_keys(), with_secret(jwks=jwks())
    assert refused(send(client, encode(claims(own_key), "HS256", f"{own_key}-secret".encode())))
    assert refused(send(client, encode(claims(shared), "ES256")))
    for kind in ("RSA", "EC"):
        assert refused(send(client, encode(claims(shared), "HS256", pem(kind))))


@pytest.mark.rfc("OIDC Registration §2")
def test_only_the_registered_algorithm(client, with_keys, claims, capsys):
    client_id = with_keys(token_endpoint_auth_signing_alg="PS256")
    assert send(client, encode(claims(client_id), "PS256")).status_code == 200
    assert refused(send(client, encode(claims(client_id), "RS256")))
    assert "registered for PS256" in reason(capsys)


@pytest.mark.rfc("OIDC Core §10.1")
def test_a_signature_without_kid_needs_a_single_key_that_it_can_be(client, with_keys, claims, capsys):
    one = with_keys(jwks=jwks(jwk("EC"), jwk("OKP"), jwk("EC", number=1, use="enc")))
    assert send(client, encode(claims(one), kid=None)).status_code == 200
    two = with_keys(jwks=jwks(jwk("EC", "a"), jwk("EC", "b", 1)))
    assert refused(send(client, encode(claims(two), kid=None)))
    assert "2 keys" in reason(capsys)
    assert send(client, encode(claims(two), kid="b", key=private_key("EC", 1))).status_code == 200


@pytest.mark.rfc("7591 §2")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_a_client_registered_for_another_method(client, with_keys, claims, method):
    client_id = with_keys(token_endpoint_auth_method=method)
    assert refused(send(client, encode(claims(client_id))))
    assert refused(send(client, encode(claims(client_id), "HS256", f"{client_id}-secret".encode())))


@pytest.mark.rfc("7591 §2")
def test_a_client_registered_for_assertions_cannot_show_its_secret_or_nothing(client, with_secret, with_keys):
    for client_id in (with_secret(), with_keys()):
        form = {"grant_type": "client_credentials"}
        assert refused(client.post("/oauth/token", data=form, auth=basic(client_id)))
        assert refused(client.post("/oauth/token", data=form | {"client_id": client_id}))


@pytest.mark.rfc("7521 §4.2")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_an_assertion_comes_alone_and_is_not_used_up_when_it_does_not(client, with_keys, claims, path):
    client_id = with_keys()
    assertion = encode(claims(client_id))
    form = ENDPOINTS[path] | {"client_assertion_type": TYPE, "client_assertion": assertion}
    for answer in (
        client.post(path, data=form, auth=basic(client_id)),
        client.post(path, data=form | {"client_secret": "x", "client_id": client_id}),
    ):
        assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert refused(client.post(path, data=form | {"client_id": with_keys()}))
    assert client.post(path, data=form).status_code == 200


@pytest.mark.rfc("7521 §4.2")
def test_assertion_and_type_belong_together(client, with_keys, claims):
    assertion = encode(claims(with_keys()))
    for kind in (None, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"):
        assert refused(send(client, assertion, client_assertion_type=kind))
    assert refused(send(client, None))
    assert send(client, assertion).status_code == 200


@pytest.mark.rfc("OIDC Core §9")
def test_a_secret_that_is_not_sealed_for_this_client_or_no_longer_valid(
    client, with_secret, register, claims, settings, clock, capsys
):
    client_id, other = with_secret(), with_secret()
    key = f"{client_id}-secret".encode()
    mine = Client.objects.get(client_id=client_id)
    swapped = Client.objects.get(client_id=other)
    swapped.encrypted_secret = mine.encrypted_secret
    swapped.save()
    assert refused(send(client, encode(claims(other), "HS256", key)))
    assert "does not open" in reason(capsys)
    mine.secrets[0].expires_at = clock.now()
    mine.save()
    assert refused(send(client, encode(claims(client_id), "HS256", key)))
    assert "expired or was replaced" in reason(capsys)
    bare = register(token_endpoint_auth_method="client_secret_jwt")
    assert refused(send(client, encode(claims(bare), "HS256", f"{bare}-secret".encode())))


@pytest.mark.rfc("7521 §4.2.1")
def test_only_who_has_signed_is_told_what_is_wrong(client, with_keys, claims):
    client_id = with_keys()
    signed = send(client, encode(claims(client_id, exp=1)))
    forged = send(client, encode(claims(client_id, exp=1), key=private_key("EC", 1)))
    assert signed.json["error_description"] == "The client assertion: expired"
    assert forged.json["error_description"] == "Client authentication failed"


@pytest.mark.rfc("8414 §2")
def test_discovery_names_methods_and_algorithms(client):
    metadata = client.get("/.well-known/openid-configuration").json
    methods = {"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"}
    assert set(metadata["token_endpoint_auth_methods_supported"]) == methods | {"none"}
    assert set(metadata["introspection_endpoint_auth_methods_supported"]) == methods
    for endpoint in ("token", "revocation", "introspection"):
        values = metadata[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert values == [*ALGORITHMS, "HS256"]


@pytest.mark.rfc("OIDC Registration §2")
def test_a_client_that_registers_itself_signs_with_the_secret_that_it_is_given(client, claims):
    metadata = {
        "redirect_uris": ["https://rp.example/callback"],
        "grant_types": ["client_credentials"],
        "response_types": [],
        "token_endpoint_auth_method": "client_secret_jwt",
        "token_endpoint_auth_signing_alg": "HS256",
    }
    given = client.post("/oauth/register", json=metadata)
    assert given.status_code == 201, given.text
    assertion = encode(claims(given.json["client_id"]), "HS256", given.json["client_secret"].encode())
    assert send(client, assertion, "/oauth/revoke").status_code == 200
