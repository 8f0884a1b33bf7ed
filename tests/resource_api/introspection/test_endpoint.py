"""When the introspection endpoint is slow, down, or answers what it should not."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

from resource_api.app import create_app
from resource_api.settings import Settings
from tests.resource_api.gatehouse import PERSON, Clock, Gatehouse
from tests.resource_api.loopback import serving


@pytest.fixture
def strategy() -> str:
    return "endpoint"


class Endpoint:
    """An introspection endpoint that answers as it is told."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self.requests: list[dict[str, Any]] = []
        self.good = {
            "active": True,
            "token_type": "Bearer",
            "client_id": "web",
            "sub": PERSON,
            "scope": "profile",
            "aud": [f"{gatehouse.issuer}/api"],
            "exp": int(gatehouse.clock.now().timestamp()) + 60,
        }
        self.body: Any = self.good
        self.status = 200

    def application(self, origin: str) -> Flask:
        app = Flask("endpoint")

        @app.post("/oauth/introspect")
        def introspect() -> Response:
            self.requests.append(
                {**request.form, "authorization": request.authorization, "cookies": request.cookies}
            )
            body = self.body if isinstance(self.body, bytes) else json.dumps(self.body)
            answer = Response(body, self.status, mimetype="application/json")
            answer.set_cookie("tracking", "me")
            answer.headers["Location"] = f"{origin}/elsewhere"
            return answer

        return app


@pytest.fixture
def endpoint(gatehouse: Gatehouse) -> Endpoint:
    return Endpoint(gatehouse)


@pytest.fixture
def api(settings: Settings, clock: Clock, endpoint: Endpoint) -> Iterator[FlaskClient]:
    """The application in front of the tests' own endpoint."""
    with serving(endpoint.application) as origin:
        url = {"introspection_endpoint": f"{origin}/oauth/introspect"}
        app = create_app(settings.model_copy(update=url), clock)
        yield app.test_client()
        app.extensions["bearer_protection"].introspector.session.close()
        app.extensions["resource_api"].databases.close()


def ask(api: FlaskClient, token: str = "gat_token") -> Any:
    return api.get("/api/me", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.rfc("7662 §2.1")
def test_the_request_is_what_the_standard_says(api: FlaskClient, endpoint: Endpoint) -> None:
    assert ask(api).status_code == 200
    sent = endpoint.requests[0]
    assert (sent["token"], sent["token_type_hint"]) == ("gat_token", "access_token")
    # RFC 6749 §2.3.1: id and secret are form-urlencoded before they are put into Basic.
    assert sent["authorization"].username == "gatehouse-resource-api"
    assert sent["authorization"].password == "s3cret%2Fwith%2Bsigns%3Dthat+need%26encoding%25"


def test_every_request_asks_again_and_keeps_no_cookie(api: FlaskClient, endpoint: Endpoint) -> None:
    assert [ask(api).status_code for _ in range(3)] == [200] * 3
    assert [dict(sent["cookies"]) for sent in endpoint.requests] == [{}] * 3
    endpoint.body = {"active": False}
    assert ask(api).status_code == 401


@pytest.mark.rfc("7662 §2.2")
@pytest.mark.parametrize(
    "change",
    [
        {"active": False},
        {"active": "true"},
        {"active": 1},
        {"active": None},
        {"token_type": "refresh_token"},
        {"token_type": None},
        {"aud": "https://other.example"},
        {"exp": 1},
    ],
)
def test_what_is_not_an_active_access_token_for_us_is_refused(
    api: FlaskClient, endpoint: Endpoint, change: dict[str, Any]
) -> None:
    endpoint.body = {**endpoint.good, **change}
    answer = ask(api)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")


def test_a_refresh_token_is_not_even_asked_about(api: FlaskClient, endpoint: Endpoint) -> None:
    assert ask(api, "grt_" + "a" * 43).status_code == 401
    assert endpoint.requests == []


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 429, 500, 502, 503])
def test_an_endpoint_that_does_not_answer_is_a_503(api: FlaskClient, endpoint: Endpoint, status: int) -> None:
    endpoint.status = status
    answer = ask(api)
    assert (answer.status_code, answer.json["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert len(endpoint.requests) == 1  # no redirect was followed with our credentials
    endpoint.status = 200
    assert ask(api).status_code == 200


GARBAGE = [b"", b"{", b"\xff\xfe", b"<html>", b"[]", b"null", b"7", b'"active"', b"[" * 5000, b"1" * 5000]


@pytest.mark.parametrize("body", GARBAGE)
def test_an_answer_that_is_no_json_object_is_a_503(api: FlaskClient, endpoint: Endpoint, body: bytes) -> None:
    endpoint.body = body
    assert ask(api).status_code == 503


@pytest.mark.parametrize("member", ["client_id", "sub", "scope", "aud", "exp"])
@pytest.mark.parametrize("value", [None, 7.5, {"a": 1}, [7], "MISSING"])
def test_an_active_answer_that_makes_no_sense_gives_nothing(
    api: FlaskClient, endpoint: Endpoint, member: str, value: Any
) -> None:
    body = {**endpoint.good, member: value}
    if value == "MISSING":
        del body[member]
    endpoint.body = body
    expired = (member, value) == ("exp", 7.5)
    assert ask(api).status_code == (401 if expired else 503)


def test_a_dead_endpoint_is_a_503_at_once(settings: Settings, clock: Clock) -> None:
    with serving(lambda _: Flask("gone")) as origin:
        pass  # a port where nobody listens any more
    url = {"introspection_endpoint": f"{origin}/oauth/introspect"}
    app = create_app(settings.model_copy(update=url), clock)
    started = time.monotonic()
    answer = ask(app.test_client())
    assert (answer.status_code, answer.json["error"]) == (503, "temporarily_unavailable")
    assert time.monotonic() - started < 2
    app.extensions["resource_api"].databases.close()


def test_proxies_and_netrc_of_the_environment_are_not_used(
    api: FlaskClient, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login evil password evil\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(api).status_code == 200
    assert endpoint.requests[0]["authorization"].username == "gatehouse-resource-api"
