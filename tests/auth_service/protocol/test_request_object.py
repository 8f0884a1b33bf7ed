"""Request objects by value and by reference (RFC 9101, OIDC Core §6): what holds, and what is refused."""

import base64
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from auth_service.clock import FrozenClock
from auth_service.models import AuthorizationRequest
from auth_service.models.secret import hash_secret
from tests.auth_service.conftest import REDIRECT_URI
from tests.auth_service.flow import PKCE, VERIFIER, authorize, parse_answer, redeem
from tests.auth_service.protocol.client_jwts import ALGORITHMS, encode, jwk, jwks, pem, private_key
from tests.auth_service.protocol.remote_server import reply, serving

ISSUER = "http://127.0.0.1:5000"
OTHER_URI = "https://app.example/other"


@pytest.fixture
def with_keys(register):
    """Register a client that signs its requests."""
    return lambda **metadata: register(
        **{"jwks": jwks(), "redirect_uris": [REDIRECT_URI, OTHER_URI]} | metadata
    )


@pytest.fixture
def documents():
    """A host that the client keeps its request objects at."""
    with serving() as found:
        yield found


def claims(client_id, /, **changes):
    """The claims of a good request object; None leaves one out."""
    given = {"iss": client_id, "aud": ISSUER, "client_id": client_id, "response_type": "code"}
    given |= {"redirect_uri": REDIRECT_URI, "scope": "openid", "state": "inside", "nonce": "n"} | changes
    return {name: value for name, value in given.items() if value is not None}


def ask(client, client_id, **parameters):
    """An authorization request with what OIDC Core §6.1 wants beside an object."""
    beside = {"client_id": client_id, "response_type": "code", "scope": "openid", "state": "beside"}
    beside |= {"redirect_uri": REDIRECT_URI} | parameters
    return client.get("/oauth/authorize?" + urlencode({k: v for k, v in beside.items() if v is not None}))


def kept(answer) -> dict[str, str]:
    """The parameters that were taken, of a request that waits for somebody to sign in."""
    assert answer.headers.get("Location", "").startswith("/login"), answer.text
    request_id = parse_qs(urlsplit(answer.headers["Location"]).query)["request"][0]
    return AuthorizationRequest.objects.get(id=hash_secret(request_id)).parameters


def refusal(answer) -> tuple[str, str]:
    """The error that the client is told at its registered address, and why."""
    told = parse_answer(answer.headers["Location"])
    assert (told.uri, told.query["state"], told.query["iss"]) == (REDIRECT_URI, "beside", ISSUER)
    return told.query["error"], told.query["error_description"]


@pytest.mark.rfc("9101 §6.2")
@pytest.mark.rfc("OIDC Core §6.1")
@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("typ", [None, "JWT", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"])
def test_a_signed_object(client, with_keys, alg, typ):
    client_id = with_keys(request_object_signing_alg=alg)
    answer = ask(client, client_id, request=encode(claims(client_id), alg, typ=typ))
    assert kept(answer)["state"] == "inside"


@pytest.mark.rfc("OIDC Core §6.1")
def test_the_whole_flow_goes_by_what_stands_in_the_object(client, with_keys, username):
    client_id = with_keys()
    inside = claims(client_id, redirect_uri=OTHER_URI, scope="openid email", **PKCE)
    beside = {"client_id": client_id, "response_type": "code", "scope": "openid", "state": "beside"}
    found = authorize(client, username, **beside, redirect_uri=REDIRECT_URI, request=encode(inside))
    assert (found.uri, found.query["state"]) == (OTHER_URI, "inside")
    # Its PKCE, too: the code is of no use without the verifier.
    answer = redeem(client, client_id, found.query["code"], redirect_uri=OTHER_URI)
    assert "code_verifier" in answer.json["error_description"]
    answer = redeem(client, client_id, found.query["code"], redirect_uri=OTHER_URI, code_verifier=VERIFIER)
    assert answer.json["scope"] == "openid email"


@pytest.mark.rfc("OIDC Core §6.1")
def test_what_stands_in_the_object_wins_and_the_rest_is_added_under_compat(client, with_keys):
    client_id = with_keys()
    inside = claims(client_id, scope="openid profile", max_age=100, claims={"userinfo": {"email": None}})
    answer = ask(client, client_id, request=encode(inside), scope="openid", login_hint="ada", max_age="5")
    taken = kept(answer)
    assert (taken["scope"], taken["max_age"], taken["login_hint"]) == ("openid profile", "100", "ada")
    assert "email" in taken["claims"]
    assert "request" not in taken and "iss" not in taken


@pytest.mark.rfc("OIDC Core §6.1")
def test_the_words_of_its_response_type_may_stand_in_another_order(client, with_keys):
    grants = ["authorization_code", "implicit"]
    client_id = with_keys(grant_types=grants, response_types=["code id_token"])
    inside = encode(claims(client_id, response_type="id_token code"))
    assert kept(ask(client, client_id, request=inside, response_type="code id_token"))["state"] == "inside"


@pytest.mark.rfc("9101 §6.3")
def test_under_oauth21_only_the_object_counts(client, with_keys):
    client_id = with_keys(profile="oauth21")
    answer = ask(
        client, client_id, request=encode(claims(client_id, **PKCE)), login_hint="ada", response_type="token"
    )
    taken = kept(answer)
    assert "login_hint" not in taken
    assert (taken["state"], taken["response_type"]) == ("inside", "code")
    # PKCE beside the object is no PKCE.
    beside = ask(client, client_id, request=encode(claims(client_id)), **PKCE)
    assert parse_answer(beside.headers["Location"]).query["error"] == "invalid_request"
    nameless = ask(client, client_id, request=encode(claims(client_id, client_id=None, **PKCE)))
    assert refusal(nameless) == (
        "invalid_request_object",
        "The request object: client_id is not the one of the request",
    )


@pytest.mark.rfc("OIDC Core §6.1")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "another"}, "iss"),
        ({"iss": 5}, "iss"),
        ({"aud": "https://other.example"}, "aud"),
        ({"aud": ["https://other.example"]}, "aud"),
        ({"aud": 5}, "aud"),
        ({"exp": 1}, "expired"),
        ({"exp": "never"}, "not a number"),
        ({"exp": float("nan")}, "not a number"),
        ({"nbf": 9_999_999_999}, "not yet valid"),
        ({"nbf": 10**400}, "not yet valid"),
        ({"client_id": "another"}, "client_id"),
        ({"client_id": ["x"]}, "client_id"),
        ({"response_type": "token"}, "response_type"),
        ({"request": "x"}, "contains request"),
        ({"request_uri": "https://x.example/"}, "contains request"),
        ({"state": "\ud800"}, "half a character"),
    ],
)
def test_claims_that_are_refused(client, with_keys, changes, why):
    client_id = with_keys()
    error, description = refusal(ask(client, client_id, request=encode(claims(client_id, **changes))))
    assert error == "invalid_request_object" and why in description


@pytest.mark.rfc("9101 §10.8")
def test_a_client_assertion_is_no_request_object(client, with_keys):
    client_id = with_keys()
    error, description = refusal(ask(client, client_id, request=encode(claims(client_id, sub=client_id))))
    assert error == "invalid_request_object" and "assertion" in description


@pytest.mark.rfc("9101 §6.2")
@pytest.mark.parametrize(
    "make",
    [
        lambda c: encode(c).rpartition(".")[0] + ".",
        lambda c: encode(c)[:-8] + "AAAAAAAA",
        lambda c: encode(c, "none"),
        lambda c: encode(c, key=private_key("EC", 1)),
        lambda c: encode(c, kid="rsa"),
        lambda c: encode(c, kid="unknown"),
        lambda c: encode(c, crit=["x"], x=1),
        lambda c: encode(c, crit=["exp"]),
        lambda c: encode(c, typ="at+jwt"),
        lambda c: encode(c, typ="client-authentication+jwt"),
        lambda c: encode(c, typ="logout+jwt"),
        lambda c: encode(c, "HS256", pem("EC"), kid="ec"),
        lambda c: encode(c, "HS256", pem("RSA"), kid="rsa"),
        lambda c: encode(c, "HS256", f"{c['client_id']}-secret".encode()),
        lambda c: encode(c, jwk=jwk("EC", number=1), key=private_key("EC", 1)),
        lambda c: encode(b"[1]"),
        lambda c: encode(b'{"a":' * 2000 + b"1" + b"}" * 2000),
        lambda c: "nonsense",
        lambda c: "a.b.c.d.e",
        lambda c: "é.é.é",
    ],
)
@pytest.mark.parametrize("registered", [None, "ES256"])
def test_what_is_no_good_signature(client, with_keys, make, registered):
    client_id = with_keys(request_object_signing_alg=registered)
    assert refusal(ask(client, client_id, request=make(claims(client_id))))[0] == "invalid_request_object"


@pytest.mark.rfc("OIDC Registration §2")
def test_only_the_registered_algorithm(client, with_keys):
    client_id = with_keys(request_object_signing_alg="PS256")
    error, why = refusal(ask(client, client_id, request=encode(claims(client_id), "RS256")))
    assert error == "invalid_request_object" and "registered for PS256" in why


@pytest.mark.rfc("OIDC Core §6.1")
def test_an_unsigned_object_only_where_it_was_registered_and_under_compat(client, with_keys):
    unsigned = with_keys(request_object_signing_alg="none")
    assert kept(ask(client, unsigned, request=encode(claims(unsigned), "none")))["state"] == "inside"
    for metadata in (
        {"request_object_signing_alg": "none", "profile": "oauth21"},
        {"request_object_signing_alg": None},
        {"request_object_signing_alg": "ES256"},
    ):
        client_id = with_keys(**metadata)
        error, why = refusal(ask(client, client_id, request=encode(claims(client_id), "none")))
        assert error == "invalid_request_object" and "not signed" in why
    padded = encode(claims(unsigned), "none") + "AAAA"
    assert refusal(ask(client, unsigned, request=padded))[0] == "invalid_request_object"
    signed = ask(client, unsigned, request=encode(claims(unsigned)))
    assert refusal(signed)[0] == "invalid_request_object"


@pytest.mark.rfc("9101 §6.1")
def test_a_client_without_keys_cannot_sign(client, register):
    client_id = register()
    error, why = refusal(ask(client, client_id, request=encode(claims(client_id))))
    assert error == "invalid_request_object" and "no keys" in why


@pytest.mark.rfc("9101 §5")
def test_both_ways_at_once_and_twice_the_same_are_refused(client, with_keys):
    client_id = with_keys(request_uris=["https://app.example/r"])
    both = ask(client, client_id, request=encode(claims(client_id)), request_uri="https://app.example/r")
    assert refusal(both)[0] == "invalid_request"
    query = urlencode(
        [
            ("client_id", client_id),
            ("redirect_uri", REDIRECT_URI),
            ("state", "beside"),
            *[("request", "x")] * 2,
        ]
    )
    assert refusal(client.get("/oauth/authorize?" + query))[0] == "invalid_request"


@pytest.mark.rfc("9101 §6.3")
def test_nothing_is_sent_to_an_unregistered_place(client, with_keys):
    client_id = with_keys()
    evil = "https://evil.example/"
    for beside, inside in (
        (evil, claims(client_id, exp=1)),
        (REDIRECT_URI, claims(client_id, redirect_uri=evil)),
    ):
        answer = ask(client, client_id, redirect_uri=beside, request=encode(inside))
        assert (answer.status_code, "Location" in answer.headers) == (400, False)
    # Beside a good object, an address that counts for nothing does no harm.
    answer = ask(client, client_id, redirect_uri=evil, request=encode(claims(client_id)))
    assert kept(answer)["redirect_uri"] == REDIRECT_URI


@pytest.mark.rfc("OIDC Core §6.1")
@pytest.mark.parametrize(
    "changes",
    [{"prompt": ["none"]}, {"prompt": True}, {"max_age": 1.5}, {"max_age": -1}, {"scope": ["openid"]}],
)
def test_parameters_of_a_wrong_type_are_not_ignored(client, with_keys, changes):
    client_id = with_keys()
    answer = ask(client, client_id, request=encode(claims(client_id, **changes)))
    assert parse_answer(answer.headers["Location"]).query["error"] in ("invalid_request", "invalid_scope")


@pytest.mark.rfc("9101 §5.2.2")
@pytest.mark.rfc("OIDC Core §6.2")
def test_an_object_behind_a_registered_uri(client, with_keys, documents):
    uri = documents.url("/request.jwt")
    client_id = with_keys(request_uris=[uri])
    text = encode(claims(client_id)).encode()
    documents.answer = lambda h: reply(h, text, Content_Type="application/oauth-authz-req+jwt")
    for _ in range(2):
        assert kept(ask(client, client_id, request_uri=uri))["state"] == "inside"
    assert len(documents.requests) == 1


@pytest.mark.rfc("OIDC Core §6.2")
def test_another_fragment_says_that_the_object_has_changed(client, with_keys, documents):
    uri = documents.url("/request.jwt")
    client_id = with_keys(request_uris=[uri])
    for number, expected in ((1, 1), (1, 1), (2, 2)):
        text = encode(claims(client_id, state=f"state-{number}"), "EdDSA").encode()
        documents.answer = lambda h, text=text: reply(h, text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
        assert kept(ask(client, client_id, request_uri=f"{uri}#{digest}"))["state"] == f"state-{number}"
        assert len(documents.requests) == expected


@pytest.mark.rfc("OIDC Core §6.2")
@pytest.mark.parametrize("change", ["?x", "/", "x", " ", "%00"])
def test_a_uri_that_is_not_registered_is_not_fetched(client, with_keys, register, documents, change):
    uri = documents.url("/request.jwt")
    client_id = with_keys(request_uris=[uri])
    for sent in (uri + change, "urn:ietf:params:oauth:request_uri:x", "file:///etc/passwd"):
        assert refusal(ask(client, client_id, request_uri=sent))[0] == "invalid_request_uri"
    assert refusal(ask(client, with_keys(), request_uri=uri))[0] == "invalid_request_uri"
    assert documents.requests == []


@pytest.mark.rfc("9101 §7")
def test_a_document_that_cannot_be_had(client, with_keys, documents):
    documents.answer = lambda h: reply(h, b"", 404)
    gone, private = documents.url("/gone"), "https://10.0.0.1/request.jwt"
    client_id = with_keys(request_uris=[gone, private])
    for uri in (gone, private):
        error, why = refusal(ask(client, client_id, request_uri=uri))
        assert error == "invalid_request_uri" and "10.0.0.1" not in why and "404" not in why


@pytest.mark.rfc("9101 §10.4.1")
def test_of_a_workers_eight_threads_six_are_soon_free_of_servers_that_do_not_answer(
    app, with_keys, monkeypatch
):
    monkeypatch.setattr("auth_service.protocol.remote_calls.MOMENT", 0.2)
    go = threading.Event()
    with serving("0.0.0.0") as silent, ThreadPoolExecutor(8) as threads:
        uris = [silent.url("/request.jwt", f"127.0.0.{number}") for number in range(1, 9)]
        client_id = with_keys(request_uris=uris)
        text = encode(claims(client_id)).encode()
        silent.answer = lambda h: (go.wait(30), reply(h, text))
        waiting = [threads.submit(ask, app.test_client(), client_id, request_uri=uri) for uri in uris]
        ended = list(islice(as_completed(waiting, 30), 6))
        assert {refusal(one.result()) for one in ended} == {
            ("invalid_request_uri", "The document at request_uri could not be fetched")
        }
        go.set()
        assert [kept(one.result())["state"] for one in waiting if one not in ended] == ["inside"] * 2


@pytest.mark.rfc("9101 §6.2")
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"<html>", b"x" * 100_000])
def test_a_document_that_is_no_object(client, with_keys, documents, content):
    documents.answer = lambda h: reply(h, content)
    uri = documents.url(f"/{len(content)}")
    client_id = with_keys(request_uris=[uri])
    assert refusal(ask(client, client_id, request_uri=uri))[0].startswith("invalid_request_")


@pytest.mark.rfc("OIDC Discovery §3")
def test_discovery_says_what_is_supported(client):
    metadata = client.get("/.well-known/openid-configuration").json
    assert metadata["request_parameter_supported"] is True
    assert metadata["request_uri_parameter_supported"] is True
    assert metadata["require_request_uri_registration"] is True
    # `none` is for clients that registered for it, and for nobody to find by itself.
    assert metadata["request_object_signing_alg_values_supported"] == list(ALGORITHMS)


def test_times_are_checked_against_our_clock(client, with_keys, clock: FrozenClock):
    client_id, now = with_keys(), clock.now().timestamp()
    request = encode(claims(client_id, exp=now + 60, nbf=now, iat=now))
    assert kept(ask(client, client_id, request=request))["state"] == "inside"
    clock.advance(seconds=91)
    assert refusal(ask(client, client_id, request=request))[1] == "The request object: expired"
