"""What /api/notes takes, and how it refuses the rest."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from resource_api.models import note as limits

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def strategy() -> str:
    return "shared_database"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_add_up_to_the_whole_list(api: FlaskClient, bearer: Bearer, size: int) -> None:
    headers = bearer()
    titles = [f"note {number}" for number in range(7)]
    for title in titles:
        api.post("/api/notes", json={"title": title}, headers=headers)
    found, after = [], None
    while True:
        page = api.get("/api/notes", query_string={"limit": size, "after": after or []}, headers=headers).json
        assert len(page["items"]) <= size
        found += [item["title"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == titles[::-1]


def test_what_comes_or_goes_between_pages_repeats_and_loses_nothing(api: FlaskClient, bearer: Bearer) -> None:
    headers = bearer()
    ids = [api.post("/api/notes", json={"title": "x"}, headers=headers).json["id"] for _ in range(4)]
    first = api.get("/api/notes?limit=2", headers=headers).json
    api.post("/api/notes", json={"title": "newer"}, headers=headers)
    api.delete(f"/api/notes/{first['items'][-1]['id']}", headers=headers)
    second = api.get(f"/api/notes?limit=2&after={first['next']}", headers=headers).json
    assert [item["id"] for item in second["items"]] == ids[1::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("limit=%F0%9F%98%80", "limit"),
        ("limit=%00", "limit"),
        ("after=unknown", "after"),
        ("after=", "after"),
        ("after=%ff%fe", "after"),
        ("after[$gt]=&after=%24ne", "after"),
    ],
)
def test_a_wrong_page_is_named(api: FlaskClient, bearer: Bearer, query: str, field: str) -> None:
    answer = api.get(f"/api/notes?{query}", headers=bearer())
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize(
    ("note", "fields"),
    [
        ({}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"title": "   "}, ["title"]),
        ({"title": None}, ["title"]),
        ({"title": 7}, ["title"]),
        ({"title": {"$gt": ""}}, ["title"]),
        ({"title": "a" * (limits.MAX_TITLE + 1)}, ["title"]),
        ({"title": "two\nlines"}, ["title"]),
        ({"title": "nul\x00"}, ["title"]),
        ({"title": "escape\x1b[2J"}, ["title"]),
        ({"title": "c1\x85control"}, ["title"]),
        ({"title": "lone \ud800 surrogate"}, ["title"]),
        ({"title": "t", "text": "a" * (limits.MAX_TEXT + 1)}, ["text"]),
        ({"title": "t", "text": "nul\x00"}, ["text"]),
        ({"title": "t", "text": ["a"]}, ["text"]),
        ({"title": "", "text": 1}, ["title", "text"]),
        ({"title": "t", "owner": "user:someone"}, ["owner"]),
        ({"title": "t", "_id": "0" * 24, "id": "0" * 24}, ["_id", "id"]),
        ({"title": "t", "$set": {"owner": "x"}}, ["$set"]),
        ([], [""]),
        ("text", [""]),
        (7, [""]),
    ],
)
def test_a_wrong_note_is_refused_field_by_field(
    api: FlaskClient, bearer: Bearer, note: Any, fields: list[str]
) -> None:
    answer = api.post("/api/notes", json=note, headers=bearer())
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert [error["field"] for error in answer.json["errors"]] == fields
    assert api.get("/api/notes", headers=bearer()).json["items"] == []


@pytest.mark.parametrize(
    "change", [{}, {"title": ""}, {"text": "\x00"}, {"created_at": "now"}, {"title": None}]
)
def test_a_wrong_change_changes_nothing(api: FlaskClient, bearer: Bearer, change: dict) -> None:
    note = api.post("/api/notes", json={"title": "t"}, headers=bearer()).json
    answer = api.patch(f"/api/notes/{note['id']}", json=change, headers=bearer())
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert api.get(f"/api/notes/{note['id']}", headers=bearer()).json == note


@pytest.mark.parametrize(
    "text", ["ünïcödé 漢字 🎉", "tab\tand\r\nline", "\u202eright to left", "<script>\"'", ""]
)
def test_texts_come_back_as_they_went(api: FlaskClient, bearer: Bearer, text: str) -> None:
    note = api.post("/api/notes", json={"title": "t", "text": text}, headers=bearer()).json
    assert api.get(f"/api/notes/{note['id']}", headers=bearer()).json["text"] == text


def test_the_longest_note_fits(api: FlaskClient, bearer: Bearer) -> None:
    longest = {"title": "漢" * limits.MAX_TITLE, "text": "漢" * limits.MAX_TEXT}
    assert api.post("/api/notes", json=longest, headers=bearer()).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'title': 'x'}",
        b'{"title": "x"',
        b"\xff\xfe",
        b'{"title": "\xff"}',
        b"[" * 60_000,
        b'{"a":' * 9_000,
        b"1" * 9_000,
        b"nul",
    ],
)
def test_a_broken_body_is_a_bad_request(api: FlaskClient, bearer: Bearer, body: bytes) -> None:
    answer = api.post("/api/notes", data=body, content_type="application/json", headers=bearer())
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "text/json", "ä"]
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_anything_but_json_is_an_unsupported_media_type(
    api: FlaskClient, bearer: Bearer, method: str, content_type: str | None
) -> None:
    note = api.post("/api/notes", json={"title": "t"}, headers=bearer()).json
    path = "/api/notes" if method == "POST" else f"/api/notes/{note['id']}"
    answer = api.open(
        path, method=method, data=b'{"title": "x"}', content_type=content_type, headers=bearer()
    )
    assert (answer.status_code, answer.json["error"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_an_oversized_body_is_refused(api: FlaskClient, bearer: Bearer, content_type: str) -> None:
    body = b'{"title": "' + b"a" * 64 * 1024 + b'"}'
    answer = api.post("/api/notes", data=body, content_type=content_type, headers=bearer())
    assert (answer.status_code, answer.json["error"]) == (413, "content_too_large")


@pytest.mark.parametrize("note_id", ["0" * 24, "x", "%00", "%C3%A4", "%FF", "$ne", "a" * 5000, "..%2Fme"])
def test_what_cannot_be_an_id_is_a_note_that_does_not_exist(
    api: FlaskClient, bearer: Bearer, note_id: str
) -> None:
    for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
        answer = api.open(f"/api/notes/{note_id}", method=method, json=body, headers=bearer())
        assert (answer.status_code, answer.json["error"]) == (404, "not_found")


def test_an_oversized_body_in_chunks_is_refused_too(api: FlaskClient, bearer: Bearer) -> None:
    """Without a Content-Length, and valid up to where reading stops."""
    body = b'{"title": "t"}' + b" " * 64 * 1024
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = api.post(
        "/api/notes", data=body, content_type="application/json", headers=bearer(), environ_overrides=environ
    )
    assert (answer.status_code, answer.json["error"]) == (413, "content_too_large")


def test_nobody_can_fill_the_disk(api: FlaskClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource_api.web.notes.MAX_NOTES", 2)
    headers = bearer()
    statuses = [api.post("/api/notes", json={"title": "t"}, headers=headers).status_code for _ in range(3)]
    assert statuses == [201, 201, 409]
    assert api.post("/api/notes", json={"title": "t"}, headers=bearer(sub=None)).status_code == 201
