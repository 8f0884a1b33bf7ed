"""Authorization requests: what is refused, and where the refusal goes (RFC 6749 §4.1.2.1)."""

from urllib.parse import quote_plus, urlencode

import pytest

from auth_service.models import AuthorizationRequest, Client, Grant, User
from tests.auth_service.conftest import REDIRECT_URI, csrf_token
from tests.auth_service.flow import authorize, parse_answer, redeem


def request(client, **parameters):
    return client.get("/oauth/authorize?" + urlencode(parameters, doseq=True))


@pytest.mark.rfc("9700 §4.1.3")
@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://app.example/Callback",
        "https://APP.example/callback",
        "HTTPS://app.example/callback",
        "https://app.example/callback/",
        "https://app.example/callback?x=1",
        "https://app.example/callback?",
        "https://app.example/callback#",
        "https://app.example/callback#fragment",
        "https://user@app.example/callback",
        "https://app.example:443/callback",
        "https://app.example.evil.example/callback",
        "https://evil.example/callback",
        "https://app.example/../callback",
        "https://app.example\\@evil.example/callback",
        "http://app.example/callback",
        "//app.example/callback",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://äpp.example/callback",
        "https://app.example/callback\r\nX: y",
        "https://app.example/callback\x00",
        " https://app.example/callback",
        "https://[::1",
    ],
)
def test_an_unregistered_redirect_uri_is_never_redirected_to(client, register, redirect_uri):
    reply = request(client, response_type="code", client_id=register(), redirect_uri=redirect_uri)
    assert reply.status_code == 400
    assert "Location" not in reply.headers
    assert reply.mimetype == "text/html"


def test_javascript_is_no_redirect_uri_even_if_stored(client, register):
    client_id = register(redirect_uris=["javascript:alert(1)"])
    for parameters in ({}, {"redirect_uri": "javascript:alert(1)"}):
        reply = request(client, response_type="code", client_id=client_id, **parameters)
        assert (reply.status_code, "Location" in reply.headers) == (400, False)


@pytest.mark.rfc("6749 §3.1.2.3")
def test_with_two_registered_one_must_be_named(client, register):
    client_id = register(redirect_uris=[REDIRECT_URI, REDIRECT_URI + "2"])
    assert request(client, response_type="code", client_id=client_id).status_code == 400
    named = request(client, response_type="code", client_id=client_id, redirect_uri=REDIRECT_URI + "2")
    assert named.status_code == 303


@pytest.mark.rfc("8252 §7.3")
def test_native_apps_may_use_any_loopback_port(client, register, username):
    registered = ["http://127.0.0.1/callback", "http://[::1]:1234/callback", "http://localhost:1/callback"]
    client_id = register(redirect_uris=registered, application_type="native")
    for good in ("http://127.0.0.1:5001/callback", "http://[::1]:99/callback"):
        assert (
            request(client, response_type="code", client_id=client_id, redirect_uri=good).status_code == 303
        )
    for bad in (
        "http://127.0.0.1:5001/other",
        "http://127.0.0.2:5001/callback",
        "http://localhost:2/callback",
        "http://127.0.0.1:5001/callback?x",
        "http://127.0.0.1:99999/callback",
        "http://user@127.0.0.1:5001/callback",
        "http://127.0.0.1:5001/callback?",
        "http://127.0.0.1:5001/callback#",
        "http://127.0.0.1:50\n01/callback",
        "http://127.0.0.1:5001/call\r\nback",
        "\thttp://127.0.0.1:5001/callback",
        "HTTP://127.0.0.1:5001/callback",
    ):
        assert request(client, response_type="code", client_id=client_id, redirect_uri=bad).status_code == 400


@pytest.mark.rfc("9700 §4.1.3")
def test_web_apps_may_not(client, register):
    client_id = register(redirect_uris=["http://127.0.0.1:4600/callback"])
    other = request(
        client, response_type="code", client_id=client_id, redirect_uri="http://127.0.0.1:4601/callback"
    )
    assert other.status_code == 400


@pytest.mark.rfc("6749 §4.1.2")
@pytest.mark.parametrize("character", ["s", "\u20ac", "+"])
def test_a_state_that_no_redirect_could_hold_is_refused_by_its_name(client, register, character):
    asked = {"response_type": "code", "client_id": register(), "prompt": "none"}
    longest = character * (8192 // len(quote_plus(character)))
    kept = client.post("/oauth/authorize", data={**asked, "state": longest})
    assert parse_answer(client.get(kept.location).location).query["state"] == longest
    for state in (longest + character, "s" * 60_000):
        refused = client.post("/oauth/authorize", data={**asked, "state": state})
        told = parse_answer(refused.location).query
        assert told["error"] == "invalid_request" and told["error_description"].startswith("state is longer")
        assert "state" not in told


@pytest.mark.rfc("6749 §4.1.2.1")
def test_no_other_refusal_carries_a_state_that_is_too_long(client, register):
    asked = {"response_type": "nonsense", "client_id": register(), "state": "s" * 60_000}
    told = parse_answer(client.post("/oauth/authorize", data=asked).location).query
    assert "error" in told and "state" not in told


@pytest.mark.rfc("6749 §4.1.2.1")
@pytest.mark.parametrize("client_id", ["nobody", "", "nöbody", "a\x00b", "x" * 3000])
def test_an_unknown_client_gets_a_page(client, client_id):
    reply = request(client, response_type="code", client_id=client_id, redirect_uri="https://evil.example")
    assert (reply.status_code, "Location" in reply.headers) == (400, False)


@pytest.mark.rfc("6749 §3.1")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_repeated_client_or_redirect_uri_gets_a_page(client, register, name):
    parameters = {"response_type": "code", "client_id": register(), "redirect_uri": REDIRECT_URI}
    parameters[name] = [parameters[name], parameters[name]]
    assert request(client, **parameters).status_code == 400


@pytest.mark.rfc("6749 §3.1")
@pytest.mark.parametrize("name", ["response_type", "scope", "state", "code_challenge", "anything"])
def test_any_other_repeated_parameter_is_told_to_the_client(client, register, name):
    parameters = {"response_type": "code", "client_id": register(), "scope": "profile"} | {
        name: ["code", "code"]
    }
    answer = parse_answer(request(client, **parameters).headers["Location"])
    assert (answer.uri, answer.query["error"]) == (REDIRECT_URI, "invalid_request")


@pytest.mark.rfc("6749 §4.1.2.1")
@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"response_type": "nonsense"}, "unsupported_response_type"),
        ({"response_type": 'c"ö\x00'}, "unsupported_response_type"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "code", "scope": "nonsense"}, "invalid_scope"),
        ({"response_type": "code", "scope": "admin:read"}, "invalid_scope"),
        ({"response_type": "code", "display": "hologram"}, "invalid_request"),
        ({"response_type": "code", "registration": "{}"}, "registration_not_supported"),
        ({"response_type": "code code"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": "code", "claims": "{"}, "invalid_request"),
        ({"response_type": "code", "id_token_hint": "nonsense"}, "invalid_request"),
        ({"response_type": "code", "response_mode": "böse"}, "invalid_request"),
        ({"response_type": "code", "prompt": "none login"}, "invalid_request"),
        ({"response_type": "code", "prompt": "nonsense"}, "invalid_request"),
        ({"response_type": "code", "max_age": "-1"}, "invalid_request"),
        ({"response_type": "code", "max_age": "\u0661"}, "invalid_request"),
        ({"response_type": "code", "prompt": "none"}, "login_required"),
    ],
)
def test_errors_go_to_the_client_with_its_state(client, register, parameters, error, settings):
    state = "ünï\r\ncode"
    reply = request(client, client_id=register(), state=state, **parameters)
    answer = parse_answer(reply.headers["Location"])
    where = answer.fragment if "token" in parameters["response_type"].split(" ") else answer.query
    assert (answer.uri, where["error"], where["state"]) == (REDIRECT_URI, error, state)
    assert where["iss"] == settings.issuer


@pytest.mark.rfc("6749 §3.1")
def test_unknown_parameters_are_ignored(client, register, username):
    parameters = {"response_type": "code", "client_id": register(), "$where": "1", "a.b": "2", "": "3"}
    assert "code" in authorize(client, username, **parameters).query


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_a_request_may_be_posted(client, register):
    form = {"response_type": "code", "client_id": register(), "scope": "profile"}
    posted = client.post("/oauth/authorize", data=form)
    assert client.get(posted.headers["Location"]).headers["Location"].startswith("/login?request=")


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_a_posted_request_finds_who_is_signed_in_though_its_own_cookies_stay_away(
    app, client, register, username
):
    """A form on another site's page brings no cookie that is SameSite=Lax; the redirect that follows does."""
    form = {"response_type": "code", "client_id": register(), "scope": "profile"}
    authorize(client, username, **form)
    posted = app.test_client().post("/oauth/authorize", data=form | {"prompt": "none"})
    assert "code" in parse_answer(client.get(posted.headers["Location"]).headers["Location"]).query


@pytest.mark.rfc("OIDC Core §3.1.2.2")
def test_a_posted_request_is_refused_like_any_other(client, register):
    form = {"response_type": "nonsense", "client_id": register(), "state": "s"}
    answer = parse_answer(client.post("/oauth/authorize", data=form).headers["Location"])
    assert (answer.query["error"], answer.query["state"]) == ("unsupported_response_type", "s")
    unregistered = client.post("/oauth/authorize", data=form | {"redirect_uri": "https://evil.example"})
    assert (unregistered.status_code, "Location" in unregistered.headers) == (400, False)


def test_the_browser_carries_only_an_id_and_the_database_not_even_that(client, register):
    location = request(client, response_type="code", client_id=register(), state="secret-state").headers[
        "Location"
    ]
    assert "state" not in location
    request_id = location.removeprefix("/login?request=")
    assert AuthorizationRequest.objects(id=request_id).first() is None


def test_a_kept_request_expires(client, register, sign_in, username, clock):
    location = request(client, response_type="code", client_id=register()).headers["Location"]
    clock.advance(minutes=30)
    page = client.get(location.replace("/login", "/oauth/authorize/continue"))
    assert page.status_code == 400
    assert "Location" not in page.headers


def test_a_decision_is_carried_out_once(client, register, sign_in, username):
    sign_in(username)
    location = request(client, response_type="code", client_id=register()).headers["Location"]
    form = {"csrf_token": csrf_token(client.get(location).text), "decision": "allow"}
    assert "code=" in client.post(location, data=form).headers["Location"]
    assert client.post(location, data=form).status_code == 400


def test_what_a_client_lost_meanwhile_it_does_not_get(client, register, sign_in, username):
    client_id = register()
    sign_in(username)
    location = request(client, response_type="code", client_id=client_id).headers["Location"]
    token = csrf_token(client.get(location).text)
    Client.objects(client_id=client_id).update(set__redirect_uris=["https://other.example/"])
    Client.objects(client_id=client_id).update(set__scope="")
    reply = client.post(location, data={"csrf_token": token, "decision": "allow"})
    assert "app.example" not in reply.headers.get("Location", "")


@pytest.mark.rfc("6749 §10.2")
def test_what_a_client_registered_meanwhile_it_does_not_get(client, register, sign_in, username):
    """A client that registered itself may change its registration while the person reads the page."""
    client_id = register(scope="profile")
    sign_in(username)
    location = request(client, response_type="code", client_id=client_id).headers["Location"]
    token = csrf_token(client.get(location).text)
    Client.objects(client_id=client_id).update(set__scope="profile notes:read")
    assert "Read your notes" not in client.get(location).text
    answer = parse_answer(client.post(location, data={"csrf_token": token, "decision": "allow"}).location)
    assert redeem(client, client_id, answer.query["code"]).json["scope"] == "profile"
    assert not Grant.covers(User.find(username).id, client_id, ["notes:read"])


@pytest.mark.rfc("6749 §10.15")
def test_the_answer_goes_where_the_page_said(client, register, sign_in, username):
    client_id = register()
    sign_in(username)
    location = request(client, response_type="code", client_id=client_id).headers["Location"]
    token = csrf_token(client.get(location).text)
    Client.objects(client_id=client_id).update(set__redirect_uris=["https://evil.example/"])
    reply = client.post(location, data={"csrf_token": token, "decision": "allow"})
    assert (reply.status_code, "Location" in reply.headers) == (400, False)
