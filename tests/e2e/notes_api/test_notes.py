"""Notes: each person, and each client for itself, sees and changes only its own."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient

Call = Callable[..., requests.Response]


@pytest.fixture
def notes_of(gateway: Gateway) -> Callable[[dict[str, Any]], Call]:
    """A function that makes a caller of /api/notes out of a token response."""

    def make(tokens: dict[str, Any]) -> Call:
        def call(method: str, path: str = "", **options: Any) -> requests.Response:
            headers = bearer(tokens["access_token"])
            return gateway.request(method, f"/api/notes{path}", headers=headers, **options)

        return call

    return make


@pytest.fixture
def someone(web_app: OAuthClient, new_browser, notes_of) -> Callable[..., Call]:
    """A function that makes a caller out of a person nobody knew, with this scope."""

    def make(scope: str = "notes:read notes:write") -> Call:
        return notes_of(web_app.tokens_by_password(new_browser().username, scope))

    return make


def test_the_life_of_a_note(someone: Callable[..., Call]) -> None:
    notes = someone()
    made = notes("POST", json={"title": "Größe 📝", "text": "first\nsecond"})
    assert made.status_code == 201
    path = "/" + made.json()["id"]
    assert made.headers["Location"] == f"/api/notes{path}"
    assert notes("GET", path).json() == made.json()
    changed = notes("PATCH", path, json={"text": "new"}).json()
    assert (changed["title"], changed["text"]) == ("Größe 📝", "new")
    assert [note["id"] for note in notes("GET").json()["items"]] == [made.json()["id"]]
    assert notes("DELETE", path).status_code == 204
    assert notes("GET", path).status_code == 404
    assert notes("GET").json() == {"items": [], "next": None}


def test_people_do_not_see_each_others_notes(someone: Callable[..., Call]) -> None:
    mine, theirs = someone(), someone()
    path = "/" + mine("POST", json={"title": "mine"}).json()["id"]
    assert theirs("GET").json()["items"] == []
    assert theirs("GET", path).status_code == 404
    assert theirs("PATCH", path, json={"title": "theirs"}).status_code == 404
    assert theirs("DELETE", path).status_code == 404
    assert mine("GET", path).json()["title"] == "mine"


def test_a_client_has_a_space_of_its_own(register, new_browser, notes_of) -> None:
    client, other = register(), register()
    person = new_browser()
    of_client = notes_of(client.tokens("client_credentials"))
    of_other = notes_of(other.tokens("client_credentials"))
    of_person = notes_of(client.tokens_by_password(person.username, "notes:read notes:write"))
    path = "/" + of_client("POST", json={"title": "the client's"}).json()["id"]
    for stranger in (of_other, of_person):
        assert stranger("GET", path).status_code == 404
        assert stranger("GET").json()["items"] == []


def test_a_person_sees_the_same_notes_through_every_app(
    web_app: OAuthClient, spa: OAuthClient, browser, notes_of
) -> None:
    scope = "notes:read notes:write"
    through_web_app = notes_of(web_app.tokens_by_password(browser.username, scope))
    made = through_web_app("POST", json={"title": "mine"}).json()
    through_spa = notes_of(spa.tokens_by_code(browser, scope=scope))
    assert through_spa("GET", f"/{made['id']}").json() == made


def test_reading_and_writing_are_two_scopes(someone: Callable[..., Call]) -> None:
    reader, writer = someone("notes:read"), someone("notes:write")
    assert reader("GET").status_code == 200
    assert reader("POST", json={"title": "x"}).status_code == 403
    assert writer("POST", json={"title": "x"}).status_code == 201
    assert writer("GET").status_code == 403


def test_a_list_is_read_page_by_page_newest_first(someone: Callable[..., Call]) -> None:
    notes = someone()
    titles = [f"note {number}" for number in range(5)]
    for title in titles:
        assert notes("POST", json={"title": title}).status_code == 201
    seen, after = [], None
    for _ in range(3):
        page = notes("GET", params={"limit": 2, "after": after}).json()
        seen += [note["title"] for note in page["items"]]
        after = page["next"]
    assert seen == titles[::-1]
    assert after is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x\x00"}, "title"),
        ({"title": "x" * 1000}, "title"),
        ({"title": ["x"]}, "title"),
        ({"title": "x", "owner": "user:other"}, "owner"),
        ({"title": "x", "text": {"$gt": ""}}, "text"),
    ],
)
def test_a_faulty_note_names_its_field(
    someone: Callable[..., Call], body: dict[str, Any], field: str
) -> None:
    refused = someone()("POST", json=body)
    assert refused.status_code == 400
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]


def test_the_openapi_document_describes_what_is_there(gateway: Gateway) -> None:
    document = gateway.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) == {"/api/me", "/api/notes", "/api/notes/{note_id}"}
    assert document["paths"]["/api/notes"]["post"]["security"] == [{"oauth2": ["notes:write"]}]
