"""What is told when something went wrong."""

import re

import pytest

from auth_service.models.secret import generate_secret

REQUEST_ID = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/logout", 405), ("DELETE", "/login", 405), ("POST", "/login", 400)],
)
def test_people_get_a_page_with_the_request_id(client, method, path, status):
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.mimetype == "text/html"
    if status != 400:  # there the form itself is the answer
        assert response.headers["X-Request-ID"] in response.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/oauth/nothing", 404, "not_found"),
        ("GET", "/oauth/token", 405, "method_not_allowed"),
        ("GET", "/.well-known/nothing", 404, "not_found"),
        ("GET", "/admin-api/nothing", 404, "not_found"),
        ("POST", "/health", 405, "method_not_allowed"),
    ],
)
def test_programs_get_json_with_the_request_id(client, method, path, status, code):
    response = client.open(path, method=method)
    assert (response.status_code, response.json["error"]) == (status, code)
    assert response.json["request_id"] == response.headers["X-Request-ID"]
    assert response.json["error_description"].isascii()


def test_405_says_what_is_allowed(client):
    assert "POST" in client.get("/logout").headers["Allow"]


@pytest.mark.parametrize("path", ["/login", "/oauth/token", "/consent?request=x"])
def test_a_body_that_is_too_large_is_a_413(client, path):
    response = client.post(path, data={"username": "x" * 70_000})
    assert response.status_code == 413
    assert response.headers["X-Request-ID"] in response.text


@pytest.mark.parametrize(
    "path", ["/%ff", "/%00", "/login%0a", "/a" * 1000, "/<script>", "/..%2f..%2fetc/passwd"]
)
def test_odd_addresses_are_not_found(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "<script>" not in response.text.replace("<script src", "")


@pytest.mark.parametrize("path", ["/login", "/consent", "/", "/oauth/logout"])
@pytest.mark.parametrize(
    "query", ["request=%ff", "request[]=x", "request=a&request=b", "next=%00", "%", "a" * 3000]
)
def test_odd_queries_are_no_500(client, path, query):
    assert client.get(f"{path}?{query}").status_code < 500


@pytest.mark.parametrize("body", [b"\xff\xfe", b"username=%ff&password=%00", b"&&&===", b"{}"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
def test_odd_bodies_are_no_500(client, body, kind):
    assert client.post("/login", data=body, content_type=kind).status_code == 400


@pytest.mark.rfc("6749 §4.1.2.1")
def test_an_address_that_is_not_registered_is_shown_and_never_linked(client, register):
    wrong = 'https://evil.example/"><script>'
    query = {"response_type": "code", "client_id": register(), "redirect_uri": wrong}
    response = client.get("/oauth/authorize", query_string=query)
    assert response.status_code == 400
    assert "https://evil.example/&#34;&gt;&lt;script&gt;" in response.text
    assert 'href="https://evil' not in response.text
    assert "redirect_uri is not registered" in response.text
    assert response.headers["X-Request-ID"] in response.text


def test_an_unexpected_error_is_a_500_that_tells_nothing(app, client, capsys, monkeypatch):
    token = generate_secret("gat_")

    def fail() -> None:
        raise RuntimeError(f"it is {token}")

    monkeypatch.setitem(app.view_functions, "home.show", fail)
    response = client.get("/")
    assert response.status_code == 500
    assert "RuntimeError" not in response.text and token not in response.text
    assert response.headers["X-Request-ID"] in response.text
    log = capsys.readouterr().out
    assert "RuntimeError: it is [redacted]" in log and token not in log


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ({}, "Mend what the app sends"),
        ({"client_id": "nobody"}, "Check the client_id"),
        ({"redirect_uri": "https://elsewhere.example/"}, "the redirect URI must be registered"),
    ],
)
def test_who_makes_an_app_is_told_what_to_look_at(client, register, query, advice):
    request = {"client_id": register()} | query if query else {}
    page = client.get("/oauth/authorize", query_string=request)
    assert page.status_code == 400
    assert advice in page.text
