"""Lists by keyset: every row once, whatever happens meanwhile; through an index, however long they are."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from pymongo.collection import Collection

from auth_service.admin_api.paging import encode_cursor
from auth_service.clock import FrozenClock
from auth_service.models import AccessToken, Client, Grant, RefreshToken, User
from tests.auth_service.admin_api.conftest import Api, faults


def pages(api: Api, path: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
    after: dict[str, str] = {}
    while True:
        answer = api.get(path, **query, **after).json
        yield answer["items"]
        if answer["next"] is None:
            return
        after = {"after": answer["next"]}


def insert_clients(owner: str, ids: list[str], now: datetime, name: str = "App") -> None:
    times = {"created_at": now, "updated_at": now}
    method = {"token_endpoint_auth_method": "none"}
    names = {"client_name": name, "search_name": name.casefold()}
    Client._get_collection().insert_many(
        [{"_id": i, "owner": owner, **names, **times, **method} for i in ids]
    )


def insert_tokens(client_id: str, count: int, now: datetime) -> None:
    for model, extra in ((AccessToken, {"format": "opaque"}), (RefreshToken, {"rotated_at": None})):
        model._get_collection().insert_many(
            {
                "_id": secrets.token_urlsafe(32),
                "client_id": client_id,
                "sub": client_id,
                "scope": "profile",
                "aud": [],
                "family": "f",
                "session_id": None,
                "issued_at": now,
                "expires_at": now + timedelta(hours=1),
                **extra,
            }
            for _ in range(count)
        )


@pytest.mark.thorough
@pytest.mark.parametrize("limit", [1, 7, 60, 100])
def test_every_row_comes_once_and_in_order(automation: Api, clock: FrozenClock, limit: int) -> None:
    owner = secrets.token_hex(6)
    ids = sorted(secrets.token_hex(8) for _ in range(120))
    insert_clients(owner, ids, clock.now())
    got = list(pages(automation, "/clients", owner=owner, limit=limit))
    assert [row["client_id"] for page in got for row in page] == ids
    assert all(len(page) == limit for page in got[:-1])
    assert got[-1], "no empty page at the end"


def test_rows_that_come_and_go_disturb_no_others(automation: Api, clock: FrozenClock) -> None:
    owner = secrets.token_hex(6)
    mark = secrets.token_hex(4)
    insert_clients(owner, [f"{mark}-{number:03}" for number in range(0, 240, 2)], clock.now())
    seen: list[str] = []
    for page in pages(automation, "/clients", owner=owner, limit=25):
        seen += [row["client_id"] for row in page]
        number = int(seen[-1].rsplit("-", 1)[1])
        # One row before the place that was reached, one after it; and the cursor's own row goes.
        if number < 230:
            insert_clients(owner, [f"{mark}-{number - 9:03}", f"{mark}-{number + 1:03}"], clock.now())
            Client.objects(client_id=seen[-1]).delete()
    assert len(seen) == len(set(seen))
    assert {f"{mark}-{number:03}" for number in range(0, 240, 2)} <= set(seen)
    assert len(seen) == 124, "the four that came after their page was read were met"


def test_users_by_name_across_pages(automation: Api, clock: FrozenClock) -> None:
    mark = secrets.token_hex(6)
    times = {"created_at": clock.now(), "updated_at": clock.now()}
    names = [f"{mark}é{number:03}" for number in range(130)]
    User._get_collection().insert_many([{"_id": secrets.token_hex(8), "username": n, **times} for n in names])
    got = [row["username"] for page in pages(automation, "/users", search=mark, limit=50) for row in page]
    assert got == names


def test_both_kinds_of_token_in_one_order(automation: Api, clock: FrozenClock) -> None:
    client_id = secrets.token_hex(6)
    insert_tokens(client_id, 110, clock.now())
    got = [row for page in pages(automation, "/tokens", client_id=client_id, limit=33) for row in page]
    assert [row["id"] for row in got] == sorted({row["id"] for row in got})
    assert [sum(row["kind"] == kind for row in got) for kind in ("access", "refresh")] == [110, 110]


@pytest.mark.parametrize("path", ["/clients", "/users", "/tokens", "/grants"])
def test_a_cursor_that_is_not_one(automation: Api, path: str) -> None:
    for cursor in ("!", "a", "====", "\x00", "é", "_w", "a b", "A" * 1025, ""):
        assert list(faults(automation.get(path, after=cursor))) == ["after"], cursor


@pytest.mark.parametrize("key", ["", "\x00", "\U0010ffff", "$gt", '{"$gt": ""}'])
def test_a_forged_cursor_is_a_place_in_the_list_and_no_more(automation: Api, key: str) -> None:
    cursor = encode_cursor(key) or "AA"
    assert automation.get("/clients", after=cursor, owner="nobody").json == {"items": [], "next": None}


LISTS = [
    ("/clients", {}),
    ("/clients", {"owner": "mass"}),
    ("/users", {}),
    ("/tokens", {}),
    ("/tokens", {"client_id": "mass"}),
    ("/tokens", {"sub": "mass"}),
    ("/tokens", {"client_id": "mass", "sub": "mass", "kind": "access"}),
    ("/grants", {}),
    ("/grants", {"client_id": "mass"}),
    ("/grants", {"sub": "mass"}),
]


@pytest.fixture
def mass(clock: FrozenClock) -> Iterator[None]:
    """Enough of everything that a scan would show, gone afterwards."""
    now = clock.now()
    insert_clients("mass", [f"mass-{number}" for number in range(1000)], now, "Mass")
    insert_tokens("mass", 1000, now)
    times = {"created_at": now, "updated_at": now}
    User._get_collection().insert_many(
        [{"_id": f"mass-{n}", "username": f"mass-{n}", **times} for n in range(1000)]
    )
    allowed = {"scope": [], "granted_at": now, "updated_at": now}
    Grant._get_collection().insert_many(
        {"_id": f"{sub}:{client_id}", "sub": sub, "client_id": client_id, **allowed}
        for sub, client_id in [("mass", str(n)) for n in range(500)] + [(str(n), "mass") for n in range(500)]
    )
    yield
    Client._get_collection().delete_many({"owner": "mass"})
    User._get_collection().delete_many({"_id": {"$regex": "^mass-"}})
    Grant._get_collection().delete_many({"$or": [{"sub": "mass"}, {"client_id": "mass"}]})
    for model in (AccessToken, RefreshToken):
        model._get_collection().delete_many({"client_id": "mass"})


@pytest.fixture
def profiler(app: Flask) -> Iterator[Collection]:
    """What MongoDB itself notes of every operation on the test's database."""
    database = Client._get_db()
    database.command("profile", 2)
    yield database["system.profile"]
    database.command("profile", 0)
    database.drop_collection("system.profile")


@pytest.mark.thorough
@pytest.mark.parametrize(("path", "query"), LISTS)
def test_a_page_reads_about_as_many_rows_as_it_shows(
    automation: Api, mass: None, path: str, query: dict[str, str], profiler: Collection
) -> None:
    first = automation.get(path, limit=20, **query).json
    assert len(automation.get(path, limit=20, after=first["next"], **query).json["items"]) == 20
    finds = list(profiler.find({"op": "query", "command.limit": 21}))
    assert len(finds) in (2, 4), "a find a page, or two where tokens are of two kinds"
    for find in finds:
        assert find["planSummary"].startswith("IXSCAN"), find["planSummary"]
        assert "hasSortStage" not in find
        assert find["docsExamined"] <= 2 * 21


@pytest.mark.thorough
@pytest.mark.parametrize("path", ["/clients", "/users"])
def test_a_search_reads_what_it_finds_and_not_the_rest(
    automation: Api, mass: None, path: str, profiler: Collection
) -> None:
    assert len(automation.get(path, search="mass-77").json["items"]) == 11
    [find] = profiler.find({"op": "query", "command.limit": 26})
    assert "COLLSCAN" not in find["planSummary"]
    assert find["docsExamined"] <= 2 * 11
