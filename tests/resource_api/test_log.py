"""What the log says of a request, and what it must never say."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.resource_api.gatehouse import Gatehouse


@pytest.fixture(params=["shared_database", "jwt"])
def strategy(request: pytest.FixtureRequest) -> str:
    """Without the endpoint's: auth-service, in the same process, would write its lines in between."""
    return request.param


@pytest.fixture
def lines(capsys: pytest.CaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    """The log lines since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_line_a_request(api: FlaskClient, bearer: Callable, lines: Callable) -> None:
    answer = api.get(
        "/api/me?secret=in-the-query", headers=bearer(), environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    (line,) = lines()
    assert line.pop("duration_ms") > 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "service": "resource-api",
        "method": "GET",
        "path": "/api/me",
        "status": 200,
        "client_address": "192.0.2.7",
        "request_id": answer.headers["X-Request-ID"],
    }


def test_the_gateways_word_for_the_clients_address_is_taken(api: FlaskClient, lines: Callable) -> None:
    api.get("/api/nothing", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert lines()[-1]["client_address"] == "203.0.113.9"


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"seconds": -1}, "token_expired"),
        ({"audience": ["https://other.example"]}, "token_for_another_audience"),
        ({"scope": "email"}, "scope_profile_missing"),
        ({"sub": "nobody"}, "user_deleted_or_disabled"),
    ],
)
def test_a_refusal_names_its_rule(
    api: FlaskClient, bearer: Callable, lines: Callable, arguments: dict[str, Any], rule: str
) -> None:
    answer = api.get("/api/me", headers=bearer(**arguments))
    refusal = next(line for line in lines() if line["event"] == "refused")
    assert refusal["rule"] == rule
    assert refusal["request_id"] == answer.headers["X-Request-ID"]


def test_no_token_reaches_the_log(
    api: FlaskClient, gatehouse: Gatehouse, capsys: pytest.CaptureFixture
) -> None:
    token = gatehouse.issue()
    good = {"Authorization": f"Bearer {token}"}
    api.get("/api/me", headers=good)
    api.get(f"/api/me?access_token={token}")
    api.get(f"/api/notes/{token}", headers=good)
    api.get(f"/api/{token}")
    api.get("/api/me", headers={"Authorization": f"Bearer {token} {token}"})
    api.get("/api/me", headers={"Authorization": f"Bearer {token}x"})
    api.post("/api/notes", data={"access_token": token})
    gatehouse.revoke(token)
    api.get("/api/me", headers=good)
    log = capsys.readouterr()
    assert log.out.count('"event": "request"') == 8
    for part in (token, token[10:40], token[-20:]):
        assert part not in log.out + log.err


def test_control_characters_cannot_forge_a_line(api: FlaskClient, lines: Callable) -> None:
    api.get('/api/%0A{"event":"forged"}%0D%1B[2J')
    (line,) = lines()
    assert line["event"] == "request"
