"""How a token must arrive, and what is said when it does not (RFC 6750)."""

import base64
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.resource_api.gatehouse import Gatehouse

Bearer = Callable[..., dict[str, str]]


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "Basic d2ViOnNlY3JldA=="}])
def test_without_a_token_the_challenge_names_no_error(
    api: FlaskClient, gatehouse: Gatehouse, headers
) -> None:
    answer = api.get("/api/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == f'Bearer realm="{gatehouse.issuer}/api"'
    assert answer.json["error"] == "unauthorized"
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.rfc("6750 §2.1")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_case_insensitive(api: FlaskClient, gatehouse: Gatehouse, scheme: str) -> None:
    assert api.get("/api/me", headers={"Authorization": f"{scheme} {gatehouse.issue()}"}).status_code == 200


@pytest.mark.rfc("6750 §2.1")
def test_the_token_may_stand_after_more_than_one_space(api: FlaskClient, gatehouse: Gatehouse) -> None:
    assert api.get("/api/me", headers={"Authorization": f"Bearer  {gatehouse.issue()}"}).status_code == 200


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer two tokens",
        "Bearer {token},Bearer {token}",
        "Bearer \x00{token}",
        "Bearer {token}\x7f",
        "Bearer töken".encode().decode("latin-1"),
        'Bearer "{token}"',
        "Bearer =",
        "Bearer a=b",
        "Bearer " + "a" * 8193,
    ],
)
def test_a_malformed_header_is_an_invalid_request(api: FlaskClient, gatehouse: Gatehouse, value: str) -> None:
    value = value.replace("{token}", gatehouse.issue())
    answer = api.get("/api/me", environ_overrides={"HTTP_AUTHORIZATION": value})
    assert answer.status_code == 400
    assert answer.json["error"] == "invalid_request"
    assert 'error="invalid_request"' in answer.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §2")
def test_two_authorization_headers_are_refused(api: FlaskClient, gatehouse: Gatehouse) -> None:
    value = f"Bearer {gatehouse.issue()}"
    answer = api.get("/api/me", headers=[("Authorization", value), ("Authorization", value)])
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("9700 §4.3.2")
@pytest.mark.parametrize("name", ["access_token", "access%5Ftoken"])
def test_a_token_in_the_url_is_refused_even_beside_a_good_one(
    api: FlaskClient, gatehouse: Gatehouse, bearer: Bearer, name: str
) -> None:
    for headers in ({}, bearer()):
        answer = api.get(f"/api/me?{name}={gatehouse.issue()}", headers=headers)
        assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6750 §2.2")
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_token_in_a_form_is_refused(api: FlaskClient, gatehouse: Gatehouse, content_type: str) -> None:
    form = {"access_token": gatehouse.issue()}
    answer = api.post("/api/notes", data=form, content_type=content_type)
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize(
    "token", ["gat_unknown", "a", "~", "x" * 8192, "eyJhbGciOiJub25lIn0.e30.", "..", "a.b.c", "a.b.c.d.e"]
)
def test_an_unknown_token_is_invalid(api: FlaskClient, token: str) -> None:
    answer = api.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.json["error"] == "invalid_token"
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §3.1")
def test_a_truncated_or_lengthened_token_is_invalid(api: FlaskClient, gatehouse: Gatehouse) -> None:
    token = gatehouse.issue()
    for changed in (token[:-1], token[1:], token[: len(token) // 2], token + "A", token.swapcase()):
        answer = api.get("/api/me", headers={"Authorization": f"Bearer {changed}"})
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_token"), changed


def test_the_hash_of_a_token_is_no_token(api: FlaskClient, gatehouse: Gatehouse) -> None:
    gatehouse.issue()
    stored = gatehouse.database["access_tokens"].find_one()["_id"]
    for stolen in (stored, base64.b64encode(stored.encode()).decode()):
        assert api.get("/api/me", headers={"Authorization": f"Bearer {stolen}"}).status_code == 401


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize(
    ("granted", "method", "path", "needed"),
    [
        ("notes:read notes:write", "GET", "/api/me", "profile"),
        ("profile notes:write", "GET", "/api/notes", "notes:read"),
        ("profile notes:read", "POST", "/api/notes", "notes:write"),
        ("profile notes:read", "PATCH", "/api/notes/000000000000000000000000", "notes:write"),
        ("profile notes:read", "DELETE", "/api/notes/000000000000000000000000", "notes:write"),
        ("notes:read:more notes:rea", "GET", "/api/notes/000000000000000000000000", "notes:read"),
        ("", "GET", "/api/me", "profile"),
    ],
)
def test_a_missing_scope_is_named(
    api: FlaskClient, bearer: Bearer, granted: str, method: str, path: str, needed: str
) -> None:
    answer = api.open(path, method=method, headers=bearer(granted))
    assert (answer.status_code, answer.json["error"]) == (403, "insufficient_scope")
    assert (
        f'error="insufficient_scope", error_description="The scope {needed} is needed", scope="{needed}"'
        in (answer.headers["WWW-Authenticate"])
    )


@pytest.mark.rfc("6750 §5.3")
def test_protected_answers_and_refusals_are_not_cached(api: FlaskClient, bearer: Bearer) -> None:
    for headers in (bearer(), bearer("email"), {}, {"Authorization": "Bearer x"}):
        answer = api.get("/api/me", headers=headers)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
