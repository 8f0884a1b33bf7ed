"""Every error has one shape, whoever raised it, and no input leads to a 500."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def strategy() -> str:
    return "shared_database"


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/notes/", 404, "not_found"),
        ("GET", "//api/me", 404, "not_found"),
        ("GET", "/api//me", 404, "not_found"),
        ("GET", "/api/%00", 404, "not_found"),
        ("GET", "/api/\u00e4", 404, "not_found"),
        ("GET", "/static/app.js", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/openapi.json", 404, "not_found"),
        ("DELETE", "/api/me", 405, "method_not_allowed"),
        ("PUT", "/api/notes", 405, "method_not_allowed"),
        ("TRACE", "/api/me", 405, "method_not_allowed"),
        ("POST", "/health", 405, "method_not_allowed"),
    ],
)
def test_the_shape(api: FlaskClient, method: str, path: str, status: int, error: str) -> None:
    answer = api.open(path, method=method)
    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert set(answer.json) == {"error", "error_description", "request_id"}
    assert answer.json["error_description"].isascii()
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert answer.mimetype == "application/json"
    assert "Location" not in answer.headers
    assert ("Allow" in answer.headers) == (status == 405)


def test_a_host_header_changes_nothing(api: FlaskClient, bearer: Bearer) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    created = api.post("/api/notes", json={"title": "t"}, headers={**bearer(), **evil})
    assert created.headers["Location"].startswith("/api/notes/")
    assert "evil" not in api.get("/api/openapi.json", headers=evil).text


@pytest.mark.parametrize(
    "given", ["", "short", "g" * 32, "A" * 32, "a" * 33, "a" * 31 + "\n", '"}{"a":1', "ä" * 32]
)
def test_a_request_id_that_the_gateway_did_not_make_is_replaced(api: FlaskClient, given: str) -> None:
    answer = api.get("/api/me", environ_overrides={"HTTP_X_REQUEST_ID": given})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])
    assert answer.headers["X-Request-ID"] != given


def test_the_gateways_request_id_is_kept(api: FlaskClient) -> None:
    answer = api.get("/api/me", headers={"X-Request-ID": "0123456789abcdef" * 2})
    assert answer.json["request_id"] == answer.headers["X-Request-ID"] == "0123456789abcdef" * 2


def test_a_fault_of_ours_shows_nothing_of_itself(
    api: FlaskClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def fail(sub: str) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("resource_api.web.me.describe_person", fail)
    answer = api.get("/api/me", headers=bearer())
    assert (answer.status_code, answer.json["error"]) == (500, "server_error")
    assert "secret detail" not in answer.text
    assert "a secret detail" in capsys.readouterr().out


def test_health(api: FlaskClient) -> None:
    answer = api.get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
