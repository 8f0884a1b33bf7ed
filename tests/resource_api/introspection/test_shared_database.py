"""What the shared database costs and shows: one read a token, and clients remembered for seconds."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from pymongo import ReadPreference, monitoring
from pymongo.database import Database

from resource_api.app import create_app
from resource_api.introspection import shared_database
from resource_api.introspection.shared_database import ClientCache, SharedDatabaseIntrospector
from resource_api.settings import Settings
from tests.resource_api.gatehouse import PERSON, Clock, Gatehouse

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def strategy() -> str:
    return "shared_database"


class Commands(monitoring.CommandListener):
    """The commands that reach MongoDB."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.sent.append((event.command_name, str(event.command[event.command_name])))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


@pytest.fixture
def commands() -> Iterator[Commands]:
    commands = Commands()
    listeners = monitoring._LISTENERS.command_listeners
    listeners.append(commands)
    yield commands
    listeners.remove(commands)


def test_a_request_reads_its_token_once_and_its_client_rarely(
    commands: Commands, settings: Settings, clock: Clock, bearer: Bearer
) -> None:
    app = create_app(settings.model_copy(update={"client_cache_seconds": 60}), clock)
    api = app.test_client()
    headers = bearer()
    assert api.get("/api/me", headers=headers).status_code == 200
    assert ("find", "client_profiles") in commands.sent
    commands.sent.clear()
    assert api.get("/api/me", headers=headers).status_code == 200
    assert commands.sent == [("find", "access_tokens"), ("find", "user_profiles")]
    app.extensions["resource_api"].databases.close()


@pytest.mark.parametrize("change", ["disable", "delete"])
def test_a_client_that_is_gone_takes_its_tokens_along(
    api: FlaskClient, bearer: Bearer, gatehouse: Gatehouse, clock: Clock, change: str
) -> None:
    headers = bearer()
    assert api.get("/api/notes", headers=headers).status_code == 200
    if change == "disable":
        gatehouse.database["clients"].update_one({"_id": "web"}, {"$set": {"disabled_at": clock.now()}})
    else:
        gatehouse.database["clients"].delete_one({"_id": "web"})
    answer = api.get("/api/notes", headers=headers)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")


def test_no_more_clients_are_remembered_than_there_is_room_for(
    gatehouse: Gatehouse, databases: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_database, "MAX_CACHED_CLIENTS", 2)
    cache = ClientCache(databases[0]["client_profiles"], seconds=60)
    assert [cache.is_enabled(name) for name in ("web", "robot", "nobody")] == [True, True, False]
    assert len(cache.known) <= 2


def test_security_reads_go_to_the_primary_whatever_the_uri_says(settings: Settings, clock: Clock) -> None:
    uri = settings.mongodb_uri.get_secret_value() + "&readPreference=secondaryPreferred"
    app = create_app(Settings(**{**settings.model_dump(), "mongodb_uri": uri}), clock)
    tokens = app.extensions["bearer_protection"].introspector.tokens
    assert tokens.read_preference == ReadPreference.PRIMARY
    app.extensions["resource_api"].databases.close()


def test_the_introspection_says_what_the_record_says(
    gatehouse: Gatehouse, databases: tuple[Database, Database]
) -> None:
    introspector = SharedDatabaseIntrospector(databases[0])
    found = introspector.introspect(gatehouse.issue("profile email", seconds=60))
    assert found is not None
    assert (found.sub, found.client_id) == (PERSON, "web")
    assert found.scopes == {"profile", "email"}
    assert found.audience == (f"{gatehouse.issuer}/api",)
    assert (found.expires_at - gatehouse.clock.now()).total_seconds() == 60
    assert introspector.introspect(gatehouse.issue(sub=None)).sub is None
    assert introspector.introspect("gat_unknown") is None
