"""Whatever is sent, the answer is a refusal in the one shape, and never a fault of the server."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.auth_service.admin_api.conftest import Api, faults
from tests.auth_service.admin_api.test_authorization import ROUTES

WRITES = [(method, path) for method, path, _ in ROUTES if method in ("POST", "PATCH")]
WITH_BODY = [(method, path) for method, path in WRITES if not path.endswith("rotate")]
WITH_ID = [(method, path) for method, path, _ in ROUTES if "/x" in path]

EVIL = ["\x00", "\r\n", "\u202e", "\U0001f600" * 50, "é" * 200, "$where", '{"$gt":""}', "../..", "%", "'\"<>"]


def refused(answer: Any, *statuses: int) -> None:
    assert answer.status_code in statuses, (answer.status_code, answer.get_data(as_text=True))
    assert set(answer.json) - {"errors"} == {"error", "error_description", "request_id"}
    assert answer.json["error_description"].isascii()
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


BROKEN_BODIES = [
    b"",
    b"{",
    b"nonsense",
    b'{"a": 1} more',
    b"\xff\xfe",
    b'{"client_name": "\xff"}',
    b'{"client_name": "\\ud800"}',
    b'{"\\udfff": 1}',
    b"[" * 60000,
    b'{"a":' * 10000,
    b"[]",
    b'"text"',
    b"null",
    b"NaN",
    b"1" * 5000,
]


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_a_body_that_is_no_json_object(automation: Api, method: str, path: str) -> None:
    for body in BROKEN_BODIES:
        refused(automation.call(method, path, data=body, content_type="application/json"), 400)


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_another_content_type(automation: Api, method: str, path: str) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = automation.call(method, path, data=b'{"client_name": "x"}', content_type=content_type)
        refused(answer, 415)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_an_oversized_body(automation: Api, method: str, path: str) -> None:
    body = json.dumps({"client_name": "x" * 70_000})
    refused(automation.call(method, path, data=body, content_type="application/json"), 413)


@pytest.mark.thorough
@pytest.mark.parametrize("path", ["/clients", "/users", "/tokens", "/grants"])
def test_strange_queries(automation: Api, path: str) -> None:
    for text in EVIL:
        for name in ("search", "owner", "client_id", "sub", "kind", "limit", "after", text):
            assert automation.get(path, **{name: text}).status_code in (200, 400)
    assert automation.call("GET", f"{path}?search=%ff%fe&owner=%00").status_code in (200, 400)


@pytest.mark.parametrize(("method", "path"), WITH_ID)
def test_strange_ids(automation: Api, method: str, path: str) -> None:
    for text in EVIL:
        strange = path.replace("/x", f"/{quote(text, safe='')}")
        refused(automation.call(method, strange, json={} if method in ("POST", "PATCH") else None), 404, 405)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=5,
)
fields = st.sampled_from(
    [
        "client_name",
        "redirect_uris",
        "grant_types",
        "response_types",
        "scope",
        "contacts",
        "audience",
        "owner",
        "profile",
        "disabled",
        "username",
        "name",
        "email",
        "roles",
        "password",
        "keep_previous_for",
        "logo_uri",
    ]
)


@pytest.mark.thorough
@given(method_and_path=st.sampled_from(WITH_BODY), body=st.dictionaries(fields, anything, max_size=4))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_at_all(automation: Api, method_and_path: tuple[str, str], body: dict[str, Any]) -> None:
    method, path = method_and_path
    answer = automation.call(method, path, data=json.dumps(body), content_type="application/json")
    assert answer.status_code < 500
    if answer.status_code not in (200, 201):
        refused(answer, 400, 404)


@pytest.mark.parametrize("method", ["get", "delete"])
def test_a_parameter_that_is_repeated_is_refused(automation: Api, method: str) -> None:
    """Of two client ids one would have been ignored: with `delete`, perhaps the one that was meant."""
    refused = automation.call(method, "/tokens?client_id=one&client_id=another")
    assert refused.status_code == 400
    assert faults(refused) == {"client_id": "was sent more than once"}
