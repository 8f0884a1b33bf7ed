"""One JSON line a request, under an id, and no secret in it."""

import json
import logging

import pytest

from auth_service.web.request_log import redact


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_line_a_request(client, capsys):
    response = client.get("/login?request=very-secret-id")
    (line,) = [line for line in lines(capsys) if line["event"] == "request"]
    assert line["method"] == "GET" and line["path"] == "/login" and line["status"] == 400
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert line["service"] == "auth-service" and line["level"] == "info"
    assert line["duration_ms"] >= 0 and line["time"].endswith("Z")


def test_nothing_that_was_typed_or_sent_is_in_it(client, sign_in, username, capsys):
    sign_in(username)
    client.get("/?token=gat_abcdefghijklmnop&next=hush", headers={"Authorization": "Bearer gat_qqqqqqqqqqqq"})
    log = capsys.readouterr().out
    cookie = client.get_cookie("gatehouse_session_5000").value
    for secret in (cookie, username, "hush", "gat_", "Bearer"):
        assert secret not in log


def test_the_gateways_id_is_taken(client):
    given = "0123456789abcdef" * 2
    assert client.get("/", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x", "0" * 31, "0" * 33, "G" * 32, "0" * 31 + "<", "0" * 31 + "é"])
def test_anything_else_is_replaced(client, given):
    shown = client.get("/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert shown != given
    assert len(shown) == 32


@pytest.mark.parametrize(
    "name", ["password", "client_secret", "code", "access_token", "id_token_hint", "cookie"]
)
def test_secret_fields_are_left_out(name):
    assert redact(None, "info", {name: "hush", "client_id": "x"}) == {name: "[redacted]", "client_id": "x"}


@pytest.mark.parametrize(
    "text",
    [
        *(f"g{kind}_" + "-_aA" * 11 for kind in ("at", "rt", "ac", "dc", "cs", "ra", "ia")),
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln",
    ],
)
def test_secrets_in_text_are_left_out(text):
    assert redact(None, "info", {"path": f"/x/{text}/y"}) == {"path": "/x/[redacted]/y"}


def test_passwords_in_addresses_are_left_out():
    assert redact(None, "info", {"uri": "mongodb://me:hush@db/x"}) == {"uri": "mongodb://[redacted]@db/x"}


def test_ordinary_fields_stay():
    event = {
        "error": "invalid_grant",
        "status": 400,
        "status_code": 400,
        "token_type": "Bearer",
        "path": "/a",
    }
    assert redact(None, "info", dict(event)) == event


def test_libraries_that_log_tokens_are_kept_quiet(app):
    for name in ("authlib", "werkzeug"):
        assert logging.getLogger(name).level == logging.WARNING
        assert not logging.getLogger(f"{name}.anything").isEnabledFor(logging.INFO)


def test_libraries_write_json_too(app, capsys):
    from auth_service.web.request_log import configure

    configure("INFO")
    logging.getLogger("some.library").warning("token %s", "gat_" + "a" * 43)
    (line,) = lines(capsys)
    assert line["event"] == "token [redacted]" and line["level"] == "warning"
