"""MongoDB does not answer: 503, and back to work without a restart when it does."""

from collections.abc import Iterator

import pytest

from auth_service.models import database
from tests.auth_service.conftest import basic


@pytest.fixture
def without_database(app, settings) -> Iterator[None]:
    """Point the documents at a port where nobody listens."""
    database.connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", settings.mongodb_database)
    yield
    database.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)


@pytest.mark.thorough
@pytest.mark.parametrize("path", ["/health", "/oauth/nothing-is-read"])
def test_health_needs_the_database_and_a_404_does_not(client, without_database, path):
    assert client.get(path).status_code == (503 if path == "/health" else 404)


def test_programs_get_json(client, without_database):
    response = client.get("/health")
    assert response.json["error"] == "temporarily_unavailable"
    assert response.json["request_id"] == response.headers["X-Request-ID"]
    assert response.headers["Retry-After"] == "5"


@pytest.mark.thorough
def test_people_get_a_page_also_when_only_saving_the_session_failed(client, without_database):
    response = client.get("/login")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.headers["X-Request-ID"] in response.text
    assert "Set-Cookie" not in response.headers
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.thorough
def test_a_known_cookie_is_no_500(client, without_database):
    client.set_cookie("gatehouse_session_5000", "a" * 43)
    assert client.get("/").status_code == 503


@pytest.mark.thorough
def test_it_recovers(client, app, settings):
    database.connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", settings.mongodb_database)
    assert client.get("/health").status_code == 503
    database.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    "fault",
    # Twice, since the short way hands on what it cannot answer; and the driver repeats the second, once.
    [{"times": 2}, {"errorCode": 262, "times": 4}],
    ids=["after the write", "before it"],
)
def test_a_write_that_the_database_could_not_finish(client, register, fail, fault):
    fail("insert", "access_tokens", **fault)
    credentials = basic(register())
    response = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=credentials)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json["error"] == "temporarily_unavailable"


def test_nor_of_a_document(client, fail):
    fail("insert", "sessions")
    assert client.get("/login").status_code == 503


def test_what_the_database_cannot_do_is_our_fault(client, register, fail):
    fail("insert", "access_tokens", errorCode=2, times=2)
    credentials = basic(register())
    response = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=credentials)
    assert (response.status_code, response.json["error"]) == (500, "server_error")
