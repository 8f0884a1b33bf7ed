"""The modules of the plan Dynamic: a relying party that says itself what it is, and publishes its keys."""

from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.openid_conformance.conftest import RESPONSE_TYPES
from tests.e2e.openid_conformance.documents import Documents
from tests.e2e.openid_conformance.relying_party import RelyingParty, Tokens, encode_unsigned

#: joserfc would rather have the algorithm's new name, which relying parties do not know yet.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")

NewRelyingParty = Callable[..., RelyingParty]


@pytest.fixture(scope="module")
def rsa_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


def public(*keys: RSAKey | ECKey) -> dict:
    """The JWK Set that a relying party publishes."""
    return KeySet(list(keys)).as_dict(private=False)


@pytest.mark.conformance("oidcc-redirect-uri-query-OK")
@pytest.mark.rfc("6749 §3.1.2")
def test_redirect_uri_with_a_query(new_relying_party: NewRelyingParty, browser: Browser) -> None:
    uri = "https://rp.example/callback?foo=bar"
    rp = new_relying_party(redirect_uris=[uri])
    rp.redirect_uri = uri
    page = browser.sign_in(rp.send(browser, rp.request()))
    page = browser.submit(page, decision="allow")
    parts = urlsplit(page.headers["Location"])
    assert parts.query.startswith("foo=bar&")
    assert "code=" in parts.query


@pytest.mark.conformance("oidcc-redirect-uri-query-mismatch", "oidcc-redirect-uri-query-added")
@pytest.mark.rfc("OIDC Core §3.1.2.1")
@pytest.mark.parametrize(
    ("registered", "asked"),
    [("?foo=bar", "?foo=baz"), ("?foo=bar", ""), ("", "?foo=bar"), ("?a=1&b=2", "?b=2&a=1")],
)
def test_redirect_uri_with_another_query(
    new_relying_party: NewRelyingParty, browser: Browser, registered: str, asked: str
) -> None:
    rp = new_relying_party(redirect_uris=["https://rp.example/callback" + registered])
    page = rp.send(browser, rp.request(redirect_uri="https://rp.example/callback" + asked))
    assert (page.status_code, rp.read(page)) == (400, None)


@pytest.mark.conformance("oidcc-redirect-uri-regfrag")
@pytest.mark.rfc("OIDC Registration §3.3")
def test_redirect_uri_with_a_fragment(gateway: Gateway) -> None:
    answer = gateway.post("/oauth/register", json={"redirect_uris": ["https://rp.example/callback#foo"]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.conformance("oidcc-ensure-redirect-uri-in-authorization-request")
@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_redirect_uri_left_out_where_there_are_two(
    new_relying_party: NewRelyingParty, browser: Browser
) -> None:
    rp = new_relying_party(redirect_uris=["https://rp.example/one", "https://rp.example/two"])
    page = rp.send(browser, rp.request(redirect_uri=None))
    assert (page.status_code, rp.read(page)) == (400, None)


@pytest.mark.conformance(
    "oidcc-registration-logo-uri", "oidcc-registration-policy-uri", "oidcc-registration-tos-uri"
)
@pytest.mark.rfc("OIDC Registration §2")
def test_what_the_consent_page_shows(
    new_relying_party: NewRelyingParty, documents: Documents, browser: Browser
) -> None:
    dot = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360f8ffff3f0005fe02fea7d6a4d50000000049454e44ae426082"
    )
    links = {"policy_uri": "https://rp.example/policy", "tos_uri": "https://rp.example/terms"}
    rp = new_relying_party(logo_uri=documents.publish(dot, "image/png"), **links)
    page = browser.sign_in(rp.send(browser, rp.request()))
    assert urlsplit(page.url).path == "/consent"
    for link in links.values():
        assert f'href="{link}"' in page.text
    logo = page.text.partition('class="logo" src="')[2].partition('"')[0]
    assert logo.startswith("/")  # never from where the client says: that would tell it who is looking
    shown = browser.http.get(logo)
    assert (shown.headers["Content-Type"], shown.content) == ("image/png", dot)


@pytest.mark.conformance("oidcc-registration-sector-uri", "oidcc-registration-sector-bad")
@pytest.mark.rfc("OIDC Core §8.1")
def test_sector_identifier(
    gateway: Gateway, new_relying_party: NewRelyingParty, documents: Documents, browser: Browser
) -> None:
    uris = ["https://one.example/callback", "https://two.example/callback"]
    good, bad = documents.publish(uris), documents.publish(uris[:1])
    metadata = {"redirect_uris": uris, "subject_type": "pairwise"}
    refused = gateway.post("/oauth/register", json=metadata | {"sector_identifier_uri": bad})
    assert refused.status_code == 400
    assert refused.json()["error"] in ("invalid_client_metadata", "invalid_redirect_uri")
    subjects = set()
    for kind in ({"subject_type": "public"}, metadata | {"sector_identifier_uri": good}):
        rp = new_relying_party(**kind)
        rp.redirect_uri = rp.registration["redirect_uris"][0]
        tokens = rp.log_in(browser)
        subjects.add(tokens.claims["sub"])
        rp.userinfo(tokens)
    assert len(subjects) == 2


@pytest.mark.conformance("oidcc-registration-jwks-uri", "oidcc-ensure-client-assertion-with-iss-aud-succeeds")
@pytest.mark.rfc("OIDC Core §9")
@pytest.mark.parametrize("audience", ["issuer", "token_endpoint"])
def test_keys_by_reference(
    new_relying_party: NewRelyingParty, documents: Documents, rsa_key: RSAKey, browser: Browser, audience: str
) -> None:
    rp = new_relying_party(
        jwks_uri=documents.publish(public(rsa_key)), token_endpoint_auth_method="private_key_jwt"
    )
    code = rp.authorize(browser).parameters["code"]
    assert rp.redeem(code, **rp.assertion(rsa_key, rp.provider[audience])).status_code == 200


@pytest.mark.conformance("oidcc-refresh-token-rp-key-rotation")
@pytest.mark.rfc("OIDC Core §10.1.1")
def test_relying_party_changes_its_keys(
    new_relying_party: NewRelyingParty, documents: Documents, rsa_key: RSAKey, browser: Browser
) -> None:
    address = documents.publish(public(rsa_key))
    rp = new_relying_party(jwks_uri=address, token_endpoint_auth_method="private_key_jwt")
    code = rp.authorize(browser, scope="openid offline_access", prompt="consent").parameters["code"]
    first = rp.redeem(code, **rp.assertion(rsa_key))
    assert first.status_code == 200, first.text
    fresh = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    documents.publish(public(fresh), address=address)
    form = {"grant_type": "refresh_token", "refresh_token": first.json()["refresh_token"]}
    answer = rp.at_token_endpoint(**form, **rp.assertion(fresh))
    assert answer.status_code == 200, answer.text


@pytest.mark.conformance("oidcc-idtoken-rs256", "oidcc-userinfo-rs256")
@pytest.mark.rfc("OIDC Core §5.3.2")
@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_the_algorithm_that_was_registered(
    new_relying_party: NewRelyingParty, browser: Browser, alg: str
) -> None:
    rp = new_relying_party(id_token_signed_response_alg=alg, userinfo_signed_response_alg=alg)
    tokens = rp.log_in(browser, scope="openid profile")
    headers = bearer(tokens.token_response["access_token"])
    answer = rp.http.get(rp.provider["userinfo_endpoint"], headers=headers)
    assert answer.headers["Content-Type"].startswith("application/jwt")
    decoded = jwt.decode(answer.text, rp.keys(), [alg])
    assert decoded.header["alg"] == alg
    assert decoded.claims["sub"] == tokens.claims["sub"]
    assert decoded.claims["iss"] == rp.provider["issuer"]
    assert decoded.claims["aud"] in (rp.client_id, [rp.client_id])


@pytest.mark.conformance("oidcc-idtoken-unsigned")
@pytest.mark.rfc("OIDC Core §2")
def test_unsigned_id_tokens_are_not_to_be_had(gateway: Gateway) -> None:
    metadata = {"redirect_uris": ["https://rp.example/cb"], "id_token_signed_response_alg": "none"}
    answer = gateway.post("/oauth/register", json=metadata)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    document = gateway.get("/.well-known/openid-configuration").json()
    assert "none" not in document["id_token_signing_alg_values_supported"]


@pytest.mark.conformance(
    *("oidcc-request-uri-unsigned", "oidcc-request-uri-signed-rs256"),
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
)
@pytest.mark.rfc("OIDC Core §6.2")
@pytest.mark.parametrize("response_type", RESPONSE_TYPES)
@pytest.mark.parametrize("alg", ["none", "RS256"])
def test_request_object_by_reference(
    new_relying_party: NewRelyingParty,
    documents: Documents,
    rsa_key: RSAKey,
    browser: Browser,
    alg: str,
    response_type: str,
) -> None:
    address = documents.publish(b"to come", "application/oauth-authz-req+jwt")
    rp = new_relying_party(
        response_type,
        request_uris=[address],
        request_object_signing_alg=alg,
        jwks=public(rsa_key),
    )
    request = rp.request()
    claims = request | {"iss": rp.client_id, "aud": rp.provider["issuer"]}
    header = {"alg": "RS256", "kid": rsa_key.kid}
    content = encode_unsigned(claims) if alg == "none" else jwt.encode(header, claims, rsa_key)
    documents.publish(content.encode(), "application/oauth-authz-req+jwt", address)
    around = {name: request[name] for name in ("client_id", "response_type", "scope")}
    page = rp.send(browser, around | {"request_uri": address})
    callback, _ = rp.go_on(browser, page)
    rp.collect(request, rp.check_callback(request, callback))


@pytest.mark.conformance("oidcc-server-rotate-keys")
@pytest.mark.rfc("OIDC Core §10.1.1")
def test_the_provider_changes_its_keys(
    new_relying_party: NewRelyingParty, browser: Browser, rotate_signing_keys: Callable[[], None]
) -> None:
    rp = new_relying_party()
    before = rp.log_in(browser)
    rotate_signing_keys()
    published = rp.http.get(rp.provider["jwks_uri"]).json()["keys"]
    by_algorithm = Counter(key["alg"] for key in published)
    assert min(by_algorithm.values()) > 1, "each has its successor beside it"
    after = rp.log_in(browser)
    for tokens in (before, after):
        kid = jwt.decode(tokens.id_token, rp.keys(), ["RS256"]).header["kid"]
        assert kid in {key["kid"] for key in published}


def test_tokens_of_another_client_open_nothing(new_relying_party: NewRelyingParty, browser: Browser) -> None:
    """RFC 7592: the registration belongs to who made it."""
    one, other = new_relying_party(), new_relying_party()
    tokens: Tokens = one.log_in(browser)
    for token in (other.registration["registration_access_token"], tokens.access_token):
        answer = one.http.get(one.registration["registration_client_uri"], headers=bearer(token))
        assert answer.status_code == 401
