"""/api/notes: five operations, and whose notes they reach."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from tests.resource_api.gatehouse import OTHER_PERSON, PERSON, Clock

Bearer = Callable[..., dict[str, str]]


def write(api: FlaskClient, headers: dict[str, str], **note: str) -> dict[str, str]:
    answer = api.post("/api/notes", json={"title": "A note", **note}, headers=headers)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_the_life_of_a_note(api: FlaskClient, bearer: Bearer, clock: Clock) -> None:
    headers = bearer()
    created = api.post("/api/notes", json={"title": "Milk", "text": "two\nlitres"}, headers=headers)
    assert created.status_code == 201
    note = created.json
    assert set(note) == {"id", "title", "text", "created_at", "updated_at"}
    assert created.headers["Location"] == f"/api/notes/{note['id']}"
    assert api.get(created.headers["Location"], headers=headers).json == note

    clock.advance(minutes=1)
    changed = api.patch(f"/api/notes/{note['id']}", json={"text": ""}, headers=headers)
    assert changed.json == {**note, "text": "", "updated_at": changed.json["updated_at"]}
    assert changed.json["updated_at"] > note["updated_at"]
    assert api.get(f"/api/notes/{note['id']}", headers=headers).json == changed.json

    assert api.get("/api/notes", headers=headers).json == {"items": [changed.json], "next": None}
    deleted = api.delete(f"/api/notes/{note['id']}", headers=headers)
    assert (deleted.status_code, deleted.data) == (204, b"")
    for method in ("GET", "DELETE"):
        assert api.open(f"/api/notes/{note['id']}", method=method, headers=headers).status_code == 404
    assert api.get("/api/notes", headers=headers).json == {"items": [], "next": None}


#: Who else may come: another person, a client for itself, and a client named like a person.
STRANGERS = [{"sub": OTHER_PERSON}, {"sub": None}, {"sub": None, "client_id": "robot"}, {"sub": "web"}]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_note_of_someone_else_does_not_exist(api: FlaskClient, bearer: Bearer, stranger: dict) -> None:
    mine, theirs = bearer(sub=PERSON), bearer(**stranger)
    note = write(api, mine)
    path = f"/api/notes/{note['id']}"
    for method, body in (("GET", None), ("PATCH", {"title": "Mine now"}), ("DELETE", None)):
        answer = api.open(path, method=method, json=body, headers=theirs)
        assert (answer.status_code, answer.json["error"]) == (404, "not_found")
    assert api.get("/api/notes", headers=theirs).json["items"] == []
    assert api.get(path, headers=mine).json == note


def test_a_client_keeps_its_notes_apart_from_its_users(api: FlaskClient, bearer: Bearer) -> None:
    own = write(api, bearer(sub=None, client_id="robot"), title="Of the robot")
    write(api, bearer(sub=PERSON, client_id="robot"), title="Of Alice")
    assert api.get("/api/notes", headers=bearer(sub=None, client_id="robot")).json["items"] == [own]


def test_a_person_finds_the_same_notes_through_another_client(api: FlaskClient, bearer: Bearer) -> None:
    note = write(api, bearer(client_id="web"))
    assert api.get("/api/notes", headers=bearer(client_id="robot")).json["items"] == [note]


@pytest.mark.thorough
def test_ids_made_by_two_processes_sort_by_time() -> None:
    moments = [datetime(2030, 1, 1, tzinfo=UTC) + timedelta(milliseconds=n) for n in range(50)]
    make = "import sys; from datetime import datetime; from resource_api.models.note import new_note_id\n"
    make += "for line in sys.stdin: print(new_note_id(datetime.fromisoformat(line.strip())))"
    said = [f"{moment.isoformat()}\n" for moment in moments]
    made = [
        subprocess.run(
            [sys.executable, "-c", make],
            input="".join(said[start::2]),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for start in (0, 1)
    ]
    ids = [made[n % 2][n // 2] for n in range(50)]
    assert ids == sorted(ids)
