"""How an authorization response travels: query, fragment, form post; always with `iss` (RFC 9207)."""

from urllib.parse import urlencode

import pytest

from tests.auth_service.conftest import REDIRECT_URI
from tests.auth_service.flow import authorize, parse_answer, parse_form_post

ALL = ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"]
HOSTILE = "\"'><script>alert(1)</script>&amp;&#x22; ü 😀 +%20\t&state=x"


@pytest.fixture
def relying_party(register):
    return register(grant_types=["authorization_code", "implicit"], response_types=ALL)


def ask(client, client_id, **parameters):
    request = {"client_id": client_id, "scope": "openid", "nonce": "n", "state": "s"} | parameters
    return client.get("/oauth/authorize?" + urlencode(request, doseq=True))


@pytest.mark.rfc("OAuth Form Post §2")
@pytest.mark.rfc("9207 §2")
@pytest.mark.parametrize("response_type", ALL)
def test_form_post_carries_every_response_type(client, relying_party, username, settings, response_type):
    request = {"client_id": relying_party, "scope": "openid", "nonce": "n", "state": HOSTILE}
    answer = authorize(client, username, response_type=response_type, response_mode="form_post", **request)
    assert answer.uri == REDIRECT_URI
    given = {"code": "code", "token": "access_token", "id_token": "id_token"}
    assert {given[word] for word in response_type.split()} <= answer.form.keys()
    assert (answer.form["state"], answer.form["iss"]) == (HOSTILE, settings.issuer)


@pytest.mark.rfc("OAuth Form Post §2")
def test_the_form_is_posted_by_a_script_of_ours_or_by_a_button(client, relying_party):
    reply = ask(
        client, relying_party, response_type="code", response_mode="form_post", prompt="none", state=HOSTILE
    )
    assert reply.status_code == 200
    assert "no-store" in reply.headers["Cache-Control"]
    assert reply.headers["Referrer-Policy"] == "origin"
    policy = reply.headers["Content-Security-Policy"]
    assert "form-action" not in policy and "unsafe" not in policy and "default-src 'self'" in policy
    assert "<script>alert" not in reply.text
    assert reply.text.count("<script") == reply.text.count("<script src=")
    assert "<button" in reply.text
    script = reply.text.split('<script src="')[2].split('"')[0]
    assert "submit()" in client.get(script).text
    assert parse_form_post(reply.text).form["state"] == HOSTILE


@pytest.mark.rfc("OAuth Form Post §2")
@pytest.mark.rfc("9207 §2")
@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"response_type": "nonsense"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"max_age": ["1", "2"]}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
@pytest.mark.parametrize("mode", ["fragment", "form_post"])
def test_errors_travel_as_was_asked(client, relying_party, settings, parameters, error, mode):
    reply = ask(client, relying_party, **{"response_type": "code", "response_mode": mode} | parameters)
    answer = parse_form_post(reply.text) if mode == "form_post" else parse_answer(reply.headers["Location"])
    assert answer.uri == REDIRECT_URI
    told = answer.parameters
    assert told == (answer.form if mode == "form_post" else answer.fragment)
    assert (told["error"], told["state"], told["iss"]) == (error, "s", settings.issuer)


@pytest.mark.rfc("OAuth Form Post §2")
def test_saying_no_travels_as_was_asked(client, relying_party, username, settings):
    request = {"response_type": "code", "client_id": relying_party, "scope": "openid", "state": "s"}
    denied = authorize(client, username, "deny", **request, response_mode="form_post").form
    assert (denied["error"], denied["state"], denied["iss"]) == ("access_denied", "s", settings.issuer)


@pytest.mark.rfc("OAuth Multiple Response Types §2.1")
@pytest.mark.parametrize(
    ("response_type", "mode", "where"),
    [
        ("code", None, "query"),
        ("code", "query", "query"),
        ("code", "fragment", "fragment"),
        ("id_token", None, "fragment"),
        ("code token", "fragment", "fragment"),
    ],
)
def test_default_and_asked_modes(client, relying_party, username, response_type, mode, where):
    request = {"client_id": relying_party, "scope": "openid", "nonce": "n", "response_type": response_type}
    answer = authorize(client, username, **request | ({"response_mode": mode} if mode else {}))
    assert answer.parameters == getattr(answer, where)
    assert "error" not in answer.parameters


@pytest.mark.rfc("OAuth Multiple Response Types §2.1")
@pytest.mark.parametrize("mode", ["web_message", "Query", "query.jwt", "form_post fragment"])
def test_an_unknown_mode_is_told_in_the_default_one(client, relying_party, mode):
    reply = ask(client, relying_party, response_type="code", response_mode=mode)
    assert parse_answer(reply.headers["Location"]).query["error"] == "invalid_request"


@pytest.mark.rfc("OAuth Form Post §2")
def test_a_form_reaches_no_scheme_of_an_apps_own(client, register):
    client_id = register(redirect_uris=["com.example.app:/callback"], application_type="native")
    reply = ask(client, client_id, response_type="code", response_mode="form_post")
    answer = parse_answer(reply.headers["Location"])
    assert (answer.uri, answer.query["error"]) == ("com.example.app:/callback", "invalid_request")


@pytest.mark.rfc("6749 §3.1.2")
@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://app.example/callback?a=b%20c&d&e=%2F",
        "https://App.example/callback?a[]=b",
        "com.example.app://Callback",  # of which Android takes no other spelling
        "com.example.app:///callback",
    ],
)
@pytest.mark.parametrize("mode", ["query", "fragment"])
def test_the_redirect_uri_is_kept_to_the_letter(client, register, mode, redirect_uri):
    client_id = register(redirect_uris=[redirect_uri], application_type="native")
    reply = ask(client, client_id, response_type="code", prompt="none", response_mode=mode)
    mark = "#" if mode == "fragment" else "&" if "?" in redirect_uri else "?"
    assert reply.headers["Location"].startswith(f"{redirect_uri}{mark}error=login_required")


@pytest.mark.rfc("OAuth Form Post §2")
@pytest.mark.parametrize("redirect_uri", ["https://evil.example/", "https://app.example/callback/"])
def test_no_form_for_an_unregistered_redirect_uri(client, relying_party, redirect_uri):
    reply = ask(
        client, relying_party, response_type="code", response_mode="form_post", redirect_uri=redirect_uri
    )
    assert (reply.status_code, "<form" in reply.text) == (400, False)
