"""The short way answers as the ordinary one does, and leaves to it what is not good or must not be tried twice."""

import json
from urllib.parse import quote, urlencode

import pytest

from auth_service.models import database
from auth_service.protocol.introspection import IntrospectionEndpoint
from tests.auth_service.conftest import basic

FORM = "application/x-www-form-urlencoded"
#: What the shortcut does not know, and the ordinary way takes for the same.
FORM_THE_ORDINARY_WAY = f"{FORM}; charset=utf-8"


@pytest.fixture
def owner(register):
    return register()


@pytest.fixture
def token(client, owner):
    form = {"grant_type": "client_credentials"}
    return client.post("/oauth/token", data=form, auth=basic(owner)).json["access_token"]


@pytest.fixture
def ask(client, owner):
    def post(body, content_type=FORM, **more):
        more.setdefault("auth", basic(owner))
        return client.post("/oauth/introspect", data=body, content_type=content_type, **more)

    return post


@pytest.fixture
def ordinary_ways(app, monkeypatch):
    """The requests that the shortcut handed on."""
    seen, ordinary_way = [], app.wsgi_app._ordinary_way

    def count(environ, start_response):
        seen.append(environ["PATH_INFO"])
        return ordinary_way(environ, start_response)

    monkeypatch.setattr(app.wsgi_app, "_ordinary_way", count)
    return seen


def lines(capsys, event):
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in written if line["event"] == event]


@pytest.mark.parametrize("known", [True, False])
def test_both_ways_answer_the_same(ask, token, ordinary_ways, known):
    body = urlencode({"token": token if known else "gat_unknown"})
    same_id = {"X-Request-ID": "0123456789abcdef" * 2}
    short = ask(body, headers=same_id)
    assert ordinary_ways == []
    ordinary = ask(body, FORM_THE_ORDINARY_WAY, headers=same_id)
    assert ordinary_ways == ["/oauth/introspect"]
    assert short.json["active"] is known
    assert (short.status, short.data) == (ordinary.status, ordinary.data)
    assert sorted(short.headers) == sorted(ordinary.headers)


def test_what_programs_get_is_a_line(client, ask, token, owner):
    form = {"grant_type": "client_credentials"}
    public = ("/oauth/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
    answers = [
        *map(client.get, (*public, "/health", "/oauth/userinfo", "/oauth/nothing", "/admin-api/v1/counts")),
        ask(urlencode({"token": token})),
        ask(urlencode({"token": token}), FORM_THE_ORDINARY_WAY),
        client.post("/oauth/token", data=form, auth=basic(owner)),
        client.post("/oauth/token"),
        client.post("/oauth/revoke", data={"token": token}, auth=basic(owner)),
    ]
    for answer in answers:
        assert answer.text.endswith("}\n") and answer.text.count("\n") == 1, answer.request.path
        assert answer.content_length == len(answer.data)


def test_both_ways_give_tokens(client, owner, ordinary_ways):
    def get_token(content_type):
        return client.post(
            "/oauth/token",
            data="grant_type=client_credentials&scope=profile",
            content_type=content_type,
            auth=basic(owner),
            headers={"X-Request-ID": "0123456789abcdef" * 2},
        )

    short = get_token(FORM)
    assert ordinary_ways == []
    ordinary = get_token(FORM_THE_ORDINARY_WAY)
    assert ordinary_ways == ["/oauth/token"]
    assert short.status == ordinary.status == "200 OK"
    assert short.json | {"access_token": ""} == ordinary.json | {"access_token": ""}
    assert sorted(short.headers) == sorted(ordinary.headers)


@pytest.mark.parametrize("grant_type", ["password", "refresh_token", "authorization_code", "nonsense"])
def test_grants_that_use_something_up_are_tried_once(
    client, app, owner, ordinary_ways, grant_type, monkeypatch
):
    server = app.extensions["gatehouse"]
    tried, get_token_grant = [], server.get_token_grant

    def count(request):
        tried.append(request.get("grant_type"))
        return get_token_grant(request)

    monkeypatch.setattr(server, "get_token_grant", count)
    form = {"grant_type": grant_type, "code": "x", "refresh_token": "x", "username": "x", "password": "x"}
    client.post("/oauth/token", data=form, auth=basic(owner))
    assert (tried, ordinary_ways) == ([grant_type], ["/oauth/token"])


def test_a_refused_grant_is_told_and_logged_once(client, register, capsys):
    client_id = register(grant_types=["password"])
    form = {"grant_type": "client_credentials"}
    refused = client.post("/oauth/token", data=form, auth=basic(client_id))
    assert (refused.status_code, refused.json["error"]) == (400, "unauthorized_client")
    written = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert written == ["refused", "request"]


def test_the_short_way_is_logged_under_the_answers_id(ask, token, capsys):
    answer = ask(urlencode({"token": token}))
    (line,) = lines(capsys, "request")
    assert (line["method"], line["path"], line["status"]) == ("POST", "/oauth/introspect", 200)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["duration_ms"] > 0


@pytest.mark.parametrize("given", ["x", "0" * 33, "G" * 32])
def test_only_the_gateways_id_is_taken(ask, token, given):
    assert ask(urlencode({"token": token}), headers={"X-Request-ID": given}).headers["X-Request-ID"] != given


def test_a_refusal_is_told_and_logged_once(ask, token, owner, ordinary_ways, capsys):
    refused = ask(urlencode({"token": token}), auth=(owner, "wrong"))
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")
    assert ordinary_ways == ["/oauth/introspect"]
    written = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["event"] for line in written] == ["refused", "request"]
    assert {json.loads(line)["request_id"] for line in written} == {refused.headers["X-Request-ID"]}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("token=a&token=b", "invalid_request"),
        ("", "invalid_request"),
        ("token=%FF%FE&client_secret=x", "invalid_request"),
        ("client_id=somebody-else&token=a", "invalid_request"),
    ],
)
def test_what_the_endpoint_refuses_is_refused(ask, body, error):
    answer = ask(body)
    assert (answer.status_code, answer.json["error"]) == (400, error)


@pytest.mark.parametrize("token", ["%FF%FE", "ü", quote("ü"), "%00", "%", "+", "x" * 20_000])
def test_tokens_of_strange_characters_are_not_active_either_way(ask, token):
    for content_type in (FORM, FORM_THE_ORDINARY_WAY):
        assert ask(f"token={token}".encode(), content_type).json == {"active": False}


def test_a_parameter_in_the_address_is_refused(client, owner, token):
    refused = client.post(f"/oauth/introspect?token={token}", data={}, auth=basic(owner))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


def test_a_fault_of_ours_is_answered_as_any_other(ask, token, monkeypatch, capsys):
    monkeypatch.setattr(IntrospectionEndpoint, "find_token", lambda *_: 1 / 0)
    failed = ask(urlencode({"token": token}))
    assert (failed.status_code, failed.json["error"]) == (500, "server_error")
    assert len(lines(capsys, "unexpected_error")) == 1


@pytest.mark.thorough
def test_without_a_database_it_says_when_to_come_back(ask, token, settings):
    database.connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", settings.mongodb_database)
    try:
        answer = ask(urlencode({"token": token}))
    finally:
        database.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
