"""What OpenID Connect adds to a registration: each field, what fits together, what is fetched from elsewhere."""

import json

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth_service.models import Client
from auth_service.protocol.client_metadata import InvalidClientMetadata, validate
from auth_service.protocol.profile import COMPAT, OAUTH21, effective_profile
from tests.auth_service.protocol.client_jwts import even_rsa
from tests.auth_service.protocol.remote_server import reply, serving

CALLBACK = "https://rp.example/callback"
EC = ECKey.generate_key("P-256")
EC_PUBLIC = EC.as_dict(private=False)
RSA_PUBLIC = RSAKey.generate_key(2048, auto_kid=False).as_dict(private=False)
ED_PUBLIC = OKPKey.generate_key("Ed25519").as_dict(private=False)
EVEN_RSA = even_rsa()
EXAMPLE = "https://rp.example/x"


@pytest.fixture(scope="module")
def settings(open_registration):
    """A server that lets everybody register."""
    return open_registration


@pytest.fixture
def post(client):
    """Register from an address of its own, so that the limit of one is not met."""
    places = iter(range(256))

    def send(**metadata):
        where = {"REMOTE_ADDR": f"192.0.2.{next(places)}"}
        body = {"redirect_uris": [CALLBACK], **metadata}
        return client.post("/oauth/register", json=body, environ_overrides=where)

    return send


def check(profile=COMPAT, **metadata) -> dict:
    """The whole registration."""
    return validate({"redirect_uris": [CALLBACK], **metadata}, profile)


def fields_at_fault(profile=COMPAT, **metadata) -> list[str]:
    with pytest.raises(InvalidClientMetadata) as refused:
        check(profile, **metadata)
    return [field for field, _ in refused.value.faults]


CODE, IMPLICIT = "authorization_code", "implicit"


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.rfc("OAuth Multiple Response Types §3")
@pytest.mark.parametrize(
    ("given", "kept", "grant_types"),
    [
        ("code", "code", [CODE]),
        ("id_token", "id_token", [IMPLICIT]),
        ("token id_token", "id_token token", [IMPLICIT]),
        ("id_token code", "code id_token", [CODE, IMPLICIT]),
        ("token code", "code token", [CODE, IMPLICIT]),
        ("token id_token code", "code id_token token", [CODE, IMPLICIT]),
        ("id_token code token", "code id_token token", [CODE, IMPLICIT]),
    ],
)
def test_each_response_type_in_any_order_with_the_grants_it_needs(given, kept, grant_types):
    found = check(response_types=[given])
    assert (found["response_types"], found["grant_types"]) == ([kept], grant_types)
    assert "openid" in found["scope"]
    for missing in grant_types:
        others = [grant for grant in grant_types if grant != missing]
        assert set(fields_at_fault(response_types=[given], grant_types=others)) == {"response_types"}


@pytest.mark.rfc("OIDC Registration §2")
def test_a_confidential_client_has_no_bare_token():
    assert fields_at_fault(response_types=["token"]) == ["grant_types[0]"]
    assert check(response_types=["token"], token_endpoint_auth_method="none")["grant_types"] == [IMPLICIT]


@pytest.mark.rfc("9700 §2.1.2")
@pytest.mark.parametrize("response_type", ["id_token token", "code token", "code id_token token"])
def test_the_stricter_profile_has_no_access_token_in_the_front_channel(response_type):
    assert "response_types[0]" in fields_at_fault(OAUTH21, response_types=[response_type])


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.parametrize("response_type", ["id_token", "code id_token"])
def test_the_stricter_profile_has_id_tokens_there_and_leaves_the_implicit_grant_out(response_type):
    named = [CODE, IMPLICIT] if "code" in response_type else [IMPLICIT]
    found = check(OAUTH21, response_types=[response_type], grant_types=named)
    assert found["response_types"] == [response_type] and IMPLICIT not in found["grant_types"]
    switched_off = effective_profile("oauth21", None, False)
    assert fields_at_fault(switched_off, response_types=[response_type]) == ["response_types[0]"]


TYPES = [
    ("application_type", "browser"),
    ("subject_type", "private"),
    ("id_token_signed_response_alg", "none"),
    ("id_token_signed_response_alg", "HS256"),
    ("id_token_encrypted_response_alg", "RSA1_5"),
    ("userinfo_signed_response_alg", "none"),
    ("userinfo_signed_response_alg", "HS256"),
    ("userinfo_encrypted_response_alg", "dir"),
    ("userinfo_encrypted_response_enc", "A128CBC-HS256"),
    ("request_object_signing_alg", "HS256"),
    ("request_object_signing_alg", ""),
    ("token_endpoint_auth_signing_alg", "none"),
    ("default_max_age", -1),
    ("default_max_age", "60"),
    ("default_max_age", True),
    ("default_max_age", 2**70),
    ("require_auth_time", "true"),
    ("default_acr_values", "urn:x"),
    ("request_uris", "https://rp.example/"),
    ("backchannel_logout_session_required", 1),
    ("frontchannel_logout_session_required", None),
    ("software_id", ""),
    ("software_version", "a\x00"),
    ("jwks", []),
    ("jwks", {}),
    ("jwks", {"keys": []}),
    ("jwks", {"keys": {}}),
    ("jwks", {"keys": [7]}),
    ("jwks", {"keys": [{"kty": "unknown"}]}),
]


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.parametrize(("field", "value"), TYPES)
def test_a_field_of_the_wrong_kind_is_named(field, value):
    assert fields_at_fault(**{field: value}) == [field]


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.parametrize(("value", "place"), [("", 0), ("a b", 0), ("\u00fc", 0), (7, 0), ("x" * 256, 0)])
def test_an_acr_is_printable_and_has_no_space(value, place):
    assert fields_at_fault(default_acr_values=[value]) == [f"default_acr_values[{place}]"]
    assert check(default_acr_values=["urn:a", "urn:a", "1"])["default_acr_values"] == ["urn:a", "1"]


URIS = {
    "client_uri": [],
    "logo_uri": [],
    "policy_uri": [],
    "tos_uri": [],
    "jwks_uri": ["http://rp.example/jwks"],
    "sector_identifier_uri": ["http://rp.example/s"],
    "initiate_login_uri": ["http://rp.example/login", "http://127.0.0.1/login"],
    "backchannel_logout_uri": ["http://rp.example/out", f"{EXAMPLE}#f"],
    "frontchannel_logout_uri": ["http://rp.example/out", f"{EXAMPLE}#f", "https://other.example/out"],
}
NO_URI_AT_ALL = [
    "javascript:alert(1)",
    "JavaScript://rp.example/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://rp.example/1",
    "ftp://rp.example/",
    "//rp.example/",
    "/relative",
    "rp.example",
    "",
    "https://",
    "https://user:password@rp.example/",
    "https://rp.example:99999/",
    "https://rp.example/\x00",
    "https://rp.example/ ",
    "https://\u00fc.example/",
    "https://[::1/",
    "https://rp.example/" + "x" * 2048,
    7,
]


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.rfc("OIDC Back-Channel Logout §2.2")
@pytest.mark.rfc("OIDC Front-Channel Logout §2")
@pytest.mark.parametrize("field", URIS)
def test_only_what_can_be_called_or_opened_safely(field):
    for uri in [*NO_URI_AT_ALL, *URIS[field]]:
        assert fields_at_fault(**{field: uri}) == [field], uri
    assert check(**{field: EXAMPLE})[field] == EXAMPLE


@pytest.mark.rfc("OIDC Registration §2")
def test_request_uris_are_https_and_may_have_a_fragment():
    assert fields_at_fault(request_uris=[EXAMPLE, "http://rp.example/r"]) == ["request_uris[1]"]
    assert fields_at_fault(request_uris=[f"{EXAMPLE}/{n}" for n in range(51)]) == ["request_uris"]
    assert check(request_uris=[f"{EXAMPLE}#hash", EXAMPLE])["request_uris"] == [f"{EXAMPLE}#hash", EXAMPLE]


@pytest.mark.rfc("OIDC Front-Channel Logout §2")
@pytest.mark.parametrize("uri", ["https://rp.example:8443/out", "https://sub.rp.example/out"])
def test_the_front_channel_logout_uri_has_the_origin_of_a_redirect_uri(uri):
    assert fields_at_fault(frontchannel_logout_uri=uri) == ["frontchannel_logout_uri"]
    assert check(frontchannel_logout_uri="https://rp.example:443/out")


@pytest.mark.rfc("7591 §2")
def test_called_addresses_on_loopback_are_for_the_demo(app, post, monkeypatch):
    uris = {
        "jwks_uri": "http://127.0.0.1:1/j",
        "backchannel_logout_uri": "http://127.0.0.1:1/b",
        "request_uris": ["http://127.0.0.1:1/r"],
    }
    assert post(**uris).status_code == 201
    gatehouse = app.extensions["gatehouse"]
    monkeypatch.setattr(gatehouse, "settings", gatehouse.settings.model_copy(update={"demo": False}))
    named = {fault["field"] for fault in post(**uris).json["errors"]}
    assert named == {"jwks_uri", "backchannel_logout_uri", "request_uris[0]"}


PRIVATE_KEYS = [
    EC.as_dict(private=True),
    {**EC_PUBLIC, "d": EC_PUBLIC["x"]},
    {**RSA_PUBLIC, "p": "AQAB"},
    OctKey.generate_key(256).as_dict(),
    {**EC_PUBLIC, "k": "AAAA"},
]
BROKEN_KEYS = [
    {**EC_PUBLIC, "x": "AAAA"},
    {**EC_PUBLIC, "y": EC_PUBLIC["x"]},
    {**EC_PUBLIC, "crv": "P-384"},
    {**EC_PUBLIC, "crv": "P-999"},
    {"kty": "EC", "crv": "P-256"},
    {**EC_PUBLIC, "kid": 7},
    {**EC_PUBLIC, "kid": "x" * 3000},
    {**RSA_PUBLIC, "n": "AQAB"},
    {**RSA_PUBLIC, "e": RSA_PUBLIC["n"]},
    {**RSA_PUBLIC, "e": "Ag"},
    {**RSA_PUBLIC, "n": "\u00fc"},
    EVEN_RSA,
    {**ED_PUBLIC, "x": "AA"},
    {"kty": ["RSA"]},
]


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.parametrize("key", [*PRIVATE_KEYS, *BROKEN_KEYS])
def test_only_sound_public_keys_are_taken(key):
    with pytest.raises(InvalidClientMetadata) as refused:
        check(jwks={"keys": [EC_PUBLIC, key]})
    ((field, message),) = refused.value.faults
    assert field == "jwks" and "keys[1]" in message


def test_a_private_key_is_never_stored(post):
    before = Client.objects.count()
    response = post(jwks={"keys": [EC.as_dict(private=True)]})
    assert response.json["error"] == "invalid_client_metadata"
    assert EC.as_dict(private=True)["d"] not in response.text
    assert Client.objects.count() == before


@pytest.mark.rfc("7517 §5")
def test_of_a_key_only_what_is_known_is_kept():
    strange = {**RSA_PUBLIC, "kid": "a", "use": "sig", "alg": "RS256", "x5u": EXAMPLE, "$where": 1}
    kept = check(jwks={"keys": [{"kty": "new"}, strange], "more": 1})["jwks"]
    assert kept == {"keys": [{**RSA_PUBLIC, "kid": "a", "use": "sig", "alg": "RS256"}]}
    assert fields_at_fault(jwks={"keys": [EC_PUBLIC] * 21}) == ["jwks"]


@pytest.mark.rfc("OIDC Registration §2")
def test_keys_come_by_value_or_by_reference():
    keys = {"keys": [EC_PUBLIC]}
    assert fields_at_fault(jwks=keys, jwks_uri=EXAMPLE) == ["jwks"]
    assert fields_at_fault(token_endpoint_auth_method="private_key_jwt") == ["token_endpoint_auth_method"]
    for one in ({"jwks": keys}, {"jwks_uri": EXAMPLE}):
        assert check(token_endpoint_auth_method="private_key_jwt", **one)


@pytest.mark.rfc("OIDC Core §9")
@pytest.mark.parametrize(("method", "alg"), [("client_secret_jwt", "RS256"), ("private_key_jwt", "HS256")])
def test_the_algorithm_fits_the_way_to_authenticate(method, alg):
    keys = {"jwks": {"keys": [EC_PUBLIC]}}
    named = fields_at_fault(token_endpoint_auth_method=method, token_endpoint_auth_signing_alg=alg, **keys)
    assert named == ["token_endpoint_auth_signing_alg"]


@pytest.mark.rfc("OIDC Core §9")
@pytest.mark.rfc("7517 §4.2")
def test_who_signs_to_authenticate_has_a_key_for_it():
    method = {"token_endpoint_auth_method": "private_key_jwt"}
    for key, alg in (
        (EC_PUBLIC, "RS256"),
        ({**EC_PUBLIC, "use": "enc"}, "ES256"),
        ({**EC_PUBLIC, "use": "foo"}, None),
        ({**EC_PUBLIC, "alg": "foo"}, None),
        ({**RSA_PUBLIC, "alg": "RS256"}, "PS256"),
        ({**RSA_PUBLIC, "alg": "RSA-OAEP-256"}, None),
        (ECKey.generate_key("P-384").as_dict(private=False), None),
    ):
        named = fields_at_fault(jwks={"keys": [key]}, token_endpoint_auth_signing_alg=alg, **method)
        assert named == ["jwks"], key
    for key, alg in ((EC_PUBLIC, "ES256"), (RSA_PUBLIC, "PS256"), (ED_PUBLIC, "EdDSA"), (ED_PUBLIC, None)):
        keys = {"keys": [{**EC_PUBLIC, "use": "enc"}, key]}
        assert check(jwks=keys, token_endpoint_auth_signing_alg=alg, **method)["jwks"] == keys
    assert check(jwks_uri=EXAMPLE, token_endpoint_auth_signing_alg="RS256", **method)


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.parametrize("kind", ["id_token", "userinfo"])
def test_encryption_needs_a_key_that_fits(kind):
    alg, enc = f"{kind}_encrypted_response_alg", f"{kind}_encrypted_response_enc"
    assert fields_at_fault(**{enc: "A256GCM"}) == [enc]
    assert fields_at_fault(**{alg: "ECDH-ES"}) == [alg]
    for wrong in (RSA_PUBLIC, ED_PUBLIC, {**EC_PUBLIC, "use": "sig"}, {**EC_PUBLIC, "alg": "ES256"}):
        assert fields_at_fault(jwks={"keys": [wrong]}, **{alg: "ECDH-ES"}) == [alg]
    assert fields_at_fault(jwks={"keys": [EC_PUBLIC]}, **{alg: "RSA-OAEP-256"}) == [alg]
    for chosen, key in (("ECDH-ES", EC_PUBLIC), ("RSA-OAEP-256", RSA_PUBLIC)):
        assert check(jwks={"keys": [ED_PUBLIC, key]}, **{alg: chosen})[enc] == "A256GCM"
    assert check(jwks_uri=EXAMPLE, **{alg: "ECDH-ES"})[enc] == "A256GCM"


@pytest.mark.rfc("OIDC Core §6.1")
def test_unsigned_request_objects_are_for_the_looser_profile():
    assert check(request_object_signing_alg="none")["request_object_signing_alg"] == "none"
    assert fields_at_fault(OAUTH21, request_object_signing_alg="none") == ["request_object_signing_alg"]


def test_an_algorithm_that_is_switched_off_is_refused(app, post, monkeypatch):
    gatehouse = app.extensions["gatehouse"]
    changed = gatehouse.settings.model_copy(update={"signing_algorithms": ("RS256", "ES256")})
    monkeypatch.setattr(gatehouse, "settings", changed)
    response = post(id_token_signed_response_alg="EdDSA", userinfo_signed_response_alg="PS256")
    named = [fault["field"] for fault in response.json["errors"]]
    assert named == ["id_token_signed_response_alg", "userinfo_signed_response_alg"]


@pytest.mark.rfc("OIDC Core §8.1")
@pytest.mark.parametrize(
    "uris",
    [
        [CALLBACK, "https://other.example/"],
        ["com.example.app:/callback"],
        [CALLBACK, "com.example.app:/"],
        ["com.evil.app://rp.example/callback"],  # which does not lead to that host
    ],
)
def test_pairwise_subjects_need_one_host_or_a_sector(uris):
    several = {"subject_type": "pairwise", "redirect_uris": uris, "application_type": "native"}
    assert fields_at_fault(**several) == ["sector_identifier_uri"]
    assert check(**several, sector_identifier_uri=EXAMPLE)
    assert check(subject_type="pairwise", redirect_uris=[CALLBACK, f"{CALLBACK}/2"])


@pytest.mark.rfc("OIDC Core §8.1")
def test_pairwise_subjects_are_told_to_no_other_host_at_sign_out():
    """No proof of another host is needed to be told of the end of a session that began there."""
    told = {"subject_type": "pairwise", "redirect_uris": [CALLBACK]}
    assert fields_at_fault(**told, backchannel_logout_uri="https://evil.example/out") == [
        "backchannel_logout_uri"
    ]
    assert check(**told, backchannel_logout_uri=f"{CALLBACK}/out")
    assert check(redirect_uris=[CALLBACK], backchannel_logout_uri="https://elsewhere.example/out")


@pytest.fixture
def sector():
    """A host of the client's, that serves a document as its sector."""
    with serving() as server:

        def serve(document):
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            server.answer = lambda handler: reply(handler, content)
            return server.url(f"/{len(server.requests)}/{hash(content)}")

        yield serve


@pytest.mark.rfc("OIDC Registration §5")
@pytest.mark.conformance("oidcc-registration-sector-uri")
def test_the_sector_lists_every_redirect_uri(post, sector):
    uris = [CALLBACK, "https://other.example/cb"]
    listed = sector([*uris, "https://more.example/"])
    metadata = {"redirect_uris": uris, "subject_type": "pairwise", "sector_identifier_uri": listed}
    told = post(**metadata)
    assert told.status_code == 201, told.text
    assert told.json["sector_identifier_uri"] == listed


@pytest.mark.rfc("OIDC Core §8.1")
def test_an_open_redirect_at_a_host_lets_nobody_into_its_sector(post, sector):
    """Whoever redirects to anywhere would put clients that are not its own into its sector."""
    with serving() as victim:
        victim.answer = lambda handler: reply(handler, b"", 302, Location=handler.path.partition("to=")[2])
        mine = sector([CALLBACK])
        refused = post(subject_type="pairwise", sector_identifier_uri=victim.url(f"/go?to={mine}"))
    assert [fault["field"] for fault in refused.json["errors"]] == ["sector_identifier_uri"]


@pytest.mark.rfc("OIDC Registration §5")
@pytest.mark.conformance("oidcc-registration-sector-bad")
def test_a_redirect_uri_that_the_sector_does_not_list_is_named(post, sector):
    uris = [CALLBACK, "https://other.example/cb"]
    for subject_type in ("pairwise", "public"):
        response = post(
            redirect_uris=uris,
            subject_type=subject_type,
            sector_identifier_uri=sector([CALLBACK, f"{uris[1]}/"]),
        )
        assert response.json["error"] == "invalid_redirect_uri"
        assert [fault["field"] for fault in response.json["errors"]] == ["redirect_uris[1]"]


@pytest.mark.rfc("OIDC Registration §5")
@pytest.mark.parametrize(
    "document", [{"uris": [CALLBACK]}, CALLBACK, [CALLBACK, 7], b"<html>", b"[" * 9999, b"\xff"]
)
def test_a_sector_is_an_array_of_uris(post, sector, document):
    response = post(sector_identifier_uri=sector(document))
    assert [fault["field"] for fault in response.json["errors"]] == ["sector_identifier_uri"]


@pytest.mark.rfc("OIDC Registration §5")
def test_a_sector_that_cannot_be_had_tells_nothing_of_our_network(post):
    uris = ["http://127.0.0.1:1/", "https://169.254.169.254/x", "https://10.0.0.1/", "https://name.invalid/"]
    answers = [post(sector_identifier_uri=uri) for uri in uris]
    assert {answer.json["error_description"] for answer in answers} == {
        "sector_identifier_uri: could not be fetched"
    }


@pytest.mark.rfc("OIDC Registration §5")
def test_a_change_that_adds_a_redirect_uri_asks_the_sector_again(client, post, sector, clock):
    told = post(sector_identifier_uri=sector([CALLBACK])).json
    headers = {"Authorization": f"Bearer {told['registration_access_token']}"}
    body = {
        "client_id": told["client_id"],
        "redirect_uris": [CALLBACK, f"{CALLBACK}/2"],
        "sector_identifier_uri": told["sector_identifier_uri"],
    }
    refused = client.put(told["registration_client_uri"], json=body, headers=headers)
    assert refused.json["errors"][0]["field"] == "redirect_uris[1]"
