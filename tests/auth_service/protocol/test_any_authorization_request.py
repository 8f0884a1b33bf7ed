"""Whatever an authorization request says: never a 500, and the browser never goes where no client is registered."""

import base64
import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.auth_service.flow import parse_form_post

REGISTERED = ("https://app.example/callback", "https://app.example/callback?a=b", "com.example.app:/callback")
RESPONSE_TYPES = ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"]

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_claim = st.dictionaries(st.sampled_from(["essential", "value", "values"]), _json, max_size=3) | _json
_claims = st.fixed_dictionaries(
    {},
    optional={
        name: st.dictionaries(st.sampled_from(["sub", "acr", "email", "x"]), _claim, max_size=3) | _json
        for name in ("id_token", "userinfo")
    },
)


def values_of(*usual: str) -> st.SearchStrategy[list[str]]:
    """Mostly what the parameter may be, else anything; now and then more than once."""
    value = st.sampled_from(usual) | st.sampled_from(usual) | _text
    return st.lists(value, min_size=1, max_size=1) | st.lists(value, min_size=1, max_size=2)


PARAMETERS = {
    "redirect_uri": values_of(
        *REGISTERED,
        "https://app.example/callback/",
        "https://app.example/callback#x",
        "https://app.example@evil.example/callback",
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "http://[",
    ),
    "response_type": values_of(*RESPONSE_TYPES, "token", "token  code", "code code", "none"),
    "response_mode": values_of("query", "fragment", "form_post", "web_message"),
    "scope": values_of("openid", "openid profile", "profile", "openid offline_access", "nonsense"),
    "nonce": values_of("n"),
    "state": values_of("s", "\r\nLocation: https://evil.example", '"><script>'),
    "prompt": values_of("none", "login", "consent", "select_account", "none login"),
    "max_age": values_of("0", "1", "999999999", "9999999999", "-1", "1.5"),
    "display": values_of("page", "wap"),
    "claims": st.lists(_claims.map(json.dumps) | _text, min_size=1, max_size=1),
    "id_token_hint": values_of("a.b.c", "eyJhbGciOiJub25lIn0.e30."),
    "login_hint": values_of("ada", "\x00"),
    "acr_values": values_of("1 2"),
    "request": values_of("a.b.c", "eyJhbGciOiJub25lIn0.e30."),
    "request_uri": values_of("https://evil.example/request", "urn:x", "http://[", "file:///etc/passwd"),
    "registration": values_of("{}"),
    "code_challenge": values_of("A" * 43),
    "code_challenge_method": values_of("S256", "plain"),
    "$where": values_of("1"),
}
REQUESTS = st.fixed_dictionaries(
    {"client_id": st.just(["CLIENT"]) | st.just(["CLIENT"]) | values_of("CLIENT", "nobody")},
    optional=PARAMETERS,
)
#: What an object can have besides: the claims of every JWT.
MEMBERS = ["client_id", *PARAMETERS, "iss", "sub", "aud", "exp", "nbf", "iat", "jti"]


@pytest.fixture
def client_id(register, sign_in, username):
    """A client registered for everything; somebody is signed in, so that the far end is reached too."""
    sign_in(username)
    return register(
        redirect_uris=list(REGISTERED),
        application_type="native",
        grant_types=["authorization_code", "implicit"],
        response_types=RESPONSE_TYPES,
        consent_required=False,
        request_object_signing_alg="none",
    )


def where_to(reply) -> str | None:
    """Where the browser goes next, by redirect or by form; None if it stays."""
    if reply.status_code in (301, 302, 303, 307, 308):
        return reply.headers["Location"]
    assert "Location" not in reply.headers
    assert "Refresh" not in reply.headers
    return parse_form_post(reply.text).uri if "<form" in reply.text else None


def check_where_it_leads(client, reply) -> None:
    """No fault of ours; to a page of ours, or to a registered place with `iss`."""
    for _ in range(2):  # what was kept has to be as good as what came
        assert reply.status_code in (200, 303, 400), reply.text
        target = where_to(reply)
        if target is None or not target.startswith("/"):
            break
        assert target.startswith(("/login?", "/select-account?", "/consent?", "/oauth/authorize/continue?"))
        reply = client.get(target)
        if not target.startswith("/oauth/authorize/continue?"):
            assert reply.status_code == 200
            return
    if target is not None:
        assert any(
            target == uri or target.startswith((f"{uri}?", f"{uri}#", f"{uri}&")) for uri in REGISTERED
        )
        assert "iss" in target or '"iss"' in reply.text


@pytest.mark.thorough
@pytest.mark.rfc("6749 §3.1")
@pytest.mark.rfc("9700 §4.1.3")
@settings(
    max_examples=80, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parameters=REQUESTS, by_post=st.booleans())
def test_no_request_breaks_the_server_or_leads_astray(client, client_id, parameters, by_post):
    pairs = [
        (name, value.replace("CLIENT", client_id)) for name, values in parameters.items() for value in values
    ]
    if by_post:
        body = urlencode(pairs)
        reply = client.post("/oauth/authorize", data=body, content_type="application/x-www-form-urlencoded")
    else:
        reply = client.get(f"/oauth/authorize?{urlencode(pairs)}")
    check_where_it_leads(client, reply)


@pytest.mark.thorough
@pytest.mark.rfc("6749 §3.1")
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(query=st.binary(max_size=60))
def test_nor_does_a_query_that_is_none(client, client_id, query):
    start = f"/oauth/authorize?client_id={client_id}&redirect_uri={REGISTERED[0]}&"
    reply = client.get(
        start, environ_overrides={"QUERY_STRING": start.partition("?")[2] + query.decode("latin-1")}
    )
    assert reply.status_code in (303, 400)
    if reply.status_code == 303:
        assert reply.headers["Location"].startswith(REGISTERED[0])


@pytest.mark.thorough
@pytest.mark.rfc("9101 §5.1, §6.3")
@settings(
    max_examples=80, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parameters=REQUESTS, odd=st.dictionaries(st.sampled_from(MEMBERS), _json, max_size=3))
def test_nor_does_what_stands_in_a_request_object(client, client_id, parameters, odd):
    """The members are as in a query, but for some that are of any type at all."""
    claims = {name: values[0].replace("CLIENT", client_id) for name, values in parameters.items()} | odd
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none"}, claims)
    )
    around = {"client_id": client_id, "response_type": "code", "scope": "openid"}
    query = urlencode(around | {"request": f"{header}.{payload}."})
    check_where_it_leads(client, client.get(f"/oauth/authorize?{query}"))
