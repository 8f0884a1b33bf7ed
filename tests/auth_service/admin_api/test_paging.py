"""Lists by keyset: every row once, whatever happens meanwhile; through an index, however long they are."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from flask import Flask
from pymongo.collection import Collection

from auth_service.admin_api.paging import encode_cursor
from auth_service.clock import FrozenClock
from auth_service.models import AccessToken, Client, Grant, InitialAccessToken, RefreshToken, User
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
    rest = {"owner": owner, "updated_at": now, "token_endpoint_auth_method": "none"}
    names = {"client_name": name, "search_name": name.casefold()}
    Client._get_collection().insert_many(
        [{"_id": id_, "created_at": made_at(now, n), **names, **rest} for n, id_ in enumerate(ids)]
    )


def made_at(now: datetime, number: int) -> datetime:
    """A time for each three: lists have to tell those of one millisecond apart."""
    return now + timedelta(milliseconds=number // 3)


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
                "issued_at": made_at(now, number),
                "expires_at": now + timedelta(hours=1),
                **extra,
            }
            for number in range(count)
        )


@pytest.mark.thorough
@pytest.mark.parametrize("limit", [1, 7, 60, 100])
def test_every_row_comes_once_and_in_order(automation: Api, clock: FrozenClock, limit: int) -> None:
    owner = secrets.token_hex(6)
    ids = [secrets.token_hex(8) for _ in range(120)]
    insert_clients(owner, ids, clock.now())
    newest_first = [id_ for _, id_ in sorted(((n // 3, id_) for n, id_ in enumerate(ids)), reverse=True)]
    got = list(pages(automation, "/clients", owner=owner, limit=limit))
    assert [row["client_id"] for page in got for row in page] == newest_first
    assert all(len(page) == limit for page in got[:-1])
    assert got[-1], "no empty page at the end"


def test_rows_that_come_and_go_disturb_no_others(automation: Api, clock: FrozenClock) -> None:
    owner = secrets.token_hex(6)
    mark = secrets.token_hex(4)

    def insert(*numbers: int) -> None:
        for number in numbers:
            insert_clients(owner, [f"{mark}-{number:03}"], clock.now() + timedelta(seconds=number))

    insert(*range(0, 240, 2))
    seen: list[str] = []
    for page in pages(automation, "/clients", owner=owner, limit=25):
        seen += [row["client_id"] for row in page]
        number = int(seen[-1].rsplit("-", 1)[1])
        # One row newer than the place that was reached, one older; and the cursor's own row goes.
        if number > 0:
            insert(number + 9, number - 1)
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
    assert in_order(got, "issued_at")
    assert [sum(row["kind"] == kind for row in got) for kind in ("access", "refresh")] == [110, 110]


def in_order(rows: list[dict[str, Any]], time: str) -> bool:
    """Whether each is older than the one before, or of the same time and its id lower."""
    keys = [
        (datetime.fromisoformat(row[time]), row.get("client_id" if "secrets" in row else "id"))
        for row in rows
    ]
    return keys == sorted(set(keys), reverse=True)


@pytest.mark.parametrize("path", ["/clients", "/users", "/tokens", "/grants"])
def test_a_cursor_that_is_not_one(automation: Api, path: str) -> None:
    for cursor in ("!", "a", "====", "\x00", "é", "_w", "a b", "A" * 1025, ""):
        assert list(faults(automation.get(path, after=cursor))) == ["after"], cursor


@pytest.mark.parametrize("id_", ["", "\x00", "\U0010ffff", "$gt", '{"$gt": ""}', "a\n"])
@pytest.mark.parametrize("time", ["0", "007", "9" * 15])
def test_a_forged_cursor_is_a_place_in_the_list_and_no_more(automation: Api, time: str, id_: str) -> None:
    answer = automation.get("/clients", after=encode_cursor(f"{time}.{id_}"), owner="nobody")
    assert answer.json == {"items": [], "next": None}


@pytest.mark.parametrize(
    "key", ["\x00", "demo-web", ".x", "-1.x", "\u0661.x", "1e3.x", "9" * 16 + ".x", "1970-01-01.x"]
)
@pytest.mark.parametrize("path", ["/clients", "/tokens", "/grants", "/initial-access-tokens"])
def test_a_cursor_without_a_time_is_none_of_a_list_by_time(automation: Api, path: str, key: str) -> None:
    assert list(faults(automation.get(path, after=encode_cursor(key)))) == ["after"]


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
    ("/initial-access-tokens", {}),
]


@pytest.fixture
def mass(clock: FrozenClock) -> Iterator[None]:
    """Enough of everything that a scan would show, and as much of others that is newer; gone afterwards."""
    now = clock.now()
    insert_clients(
        "others", [f"others-{number}" for number in range(500)], now + timedelta(seconds=1), "Other"
    )
    insert_tokens("others", 500, now + timedelta(seconds=1))
    insert_clients("mass", [f"mass-{number}" for number in range(1000)], now, "Mass")
    insert_tokens("mass", 1000, now)
    times = {"created_at": now, "updated_at": now}
    User._get_collection().insert_many(
        [{"_id": f"mass-{n}", "username": f"mass-{n}", **times} for n in range(1000)]
    )
    pairs = [("mass", str(n)) for n in range(500)] + [(str(n), "mass") for n in range(500)]
    pairs += [("others", str(n)) for n in range(500)]
    Grant._get_collection().insert_many(
        {
            "_id": f"{sub}:{client_id}",
            "sub": sub,
            "client_id": client_id,
            "scope": [],
            "granted_at": made_at(now, number),
            "updated_at": now,
        }
        for number, (sub, client_id) in enumerate(pairs)
    )
    uses = {"name": "Mass", "uses": 1, "remaining": 1, "created_by": "mass"}
    InitialAccessToken._get_collection().insert_many(
        {
            "_id": secrets.token_urlsafe(32),
            "created_at": made_at(now, number),
            "expires_at": now + timedelta(hours=1),
            **uses,
        }
        for number in range(1000)
    )
    yield
    ours = {"$in": ["mass", "others"]}
    Client._get_collection().delete_many({"owner": ours})
    User._get_collection().delete_many({"_id": {"$regex": "^mass-"}})
    Grant._get_collection().delete_many({"$or": [{"sub": ours}, {"client_id": ours}]})
    InitialAccessToken._get_collection().delete_many({"created_by": "mass"})
    for model in (AccessToken, RefreshToken):
        model._get_collection().delete_many({"client_id": ours})


@pytest.mark.parametrize(
    ("path", "time"),
    [
        ("/clients", "created_at"),
        ("/tokens", "issued_at"),
        ("/grants", "granted_at"),
        ("/initial-access-tokens", "created_at"),
    ],
)
def test_the_newest_come_first(automation: Api, mass: None, path: str, time: str) -> None:
    rows = [row for page in islice(pages(automation, path, limit=17), 6) for row in page]
    assert len(rows) == 6 * 17 and in_order(rows, time)


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
