"""`migrate`: idempotent, least privilege, and what services refuse to start on."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo import MongoClient

from auth_service import demo
from auth_service.clock import Clock
from auth_service.migrate import OBSOLETE_INDEXES, VIEWS, create_collections, create_views, migrate
from auth_service.models import DOCUMENTS, Client, ClientSecret
from auth_service.models.database import connect
from auth_service.models.secret import hash_secret
from auth_service.protocol.first_party import register_first_party_clients
from auth_service.startup import prepare


def snapshot(database):
    """Every collection's indexes and every document's id."""
    return {
        name: (
            sorted(database[name].index_information())
            if name not in ("user_profiles", "client_profiles")
            else None,
            sorted(str(document["_id"]) for document in database[name].find({}, {"_id": 1})),
        )
        for name in database.list_collection_names()
        if not name.startswith("system.")
    }


@pytest.fixture
def migrated(make_settings, mongodb_uri, database_name):
    settings = make_settings(mongodb_database=database_name)
    migrate(settings)
    with MongoClient(mongodb_uri) as client:
        yield settings, client[database_name]


@pytest.mark.thorough
def test_a_second_run_changes_nothing(migrated):
    settings, database = migrated
    before = snapshot(database)
    migrate(settings)
    assert snapshot(database) == before


@pytest.mark.thorough
def test_several_at_once_on_an_empty_database_get_along(make_settings, mongodb_uri, database_name):
    database = connect(mongodb_uri, database_name)
    settings = make_settings(resource_api_client_secret="r" * 32)
    together = threading.Barrier(6)
    steps = (
        lambda: create_collections(database),
        lambda: create_views(database),
        lambda: register_first_party_clients(settings, Clock().now()),
        lambda: demo.register(Clock().now()),
    )

    def take_each_step_with_the_others(_):
        for step in steps:
            together.wait(timeout=30)
            step()

    with ThreadPoolExecutor(together.parties) as migrations:
        list(migrations.map(take_each_step_with_the_others, range(together.parties)))
    assert set(VIEWS) < set(database.list_collection_names())
    assert {found["_id"] for found in database.clients.find()} > set(demo.CLIENTS)


def test_the_secret_that_is_set_for_the_admin_pages_comes_back_after_a_rotation(settings, app):
    with app.app_context():
        rotated = Client.objects(client_id="gatehouse-admin-ui").first()
        rotated.secrets = [ClientSecret(hash=hash_secret("another"), created_at=Clock().now())]
        rotated.save()

        register_first_party_clients(settings, Clock().now())

        restored = Client.objects(client_id="gatehouse-admin-ui").first()
    given = settings.admin_ui_client_secret.get_secret_value()
    assert [secret.hash for secret in restored.secrets] == [hash_secret(given)]


def test_every_document_has_its_collection_and_indexes(migrated):
    _, database = migrated
    for document in DOCUMENTS:
        declared = len(document._meta["index_specs"])
        assert len(database[document._get_collection_name()].index_information()) >= declared + 1


@pytest.mark.thorough
def test_indexes_of_earlier_versions_go(migrated):
    settings, database = migrated
    for name, field in (("access_tokens", "sub"), ("grants", "client_id"), ("clients", "owner")):
        database[name].create_index([(field, 1), ("_id", 1)])
    migrate(settings)
    for name, indexes in OBSOLETE_INDEXES.items():
        assert not set(indexes) & set(database[name].index_information())


@pytest.mark.thorough
def test_what_expires_goes_by_itself(migrated):
    _, database = migrated
    for name in (
        "access_tokens",
        "refresh_tokens",
        "authorization_codes",
        "authorization_requests",
        "sessions",
        "signing_keys",
        "rate_limits",
    ):
        indexes = database[name].index_information().values()
        assert any(index.get("expireAfterSeconds") == 0 for index in indexes), name


def test_views_hold_no_credentials(migrated):
    _, database = migrated
    database.users.update_one({"username": "admin"}, {"$set": {"password_hash": "x"}})
    assert "password_hash" not in database.user_profiles.find_one({"username": "admin"})
    assert "secrets" in database.clients.find_one({"_id": "demo-web"})
    assert "secrets" not in database.client_profiles.find_one({"_id": "demo-web"})


@pytest.mark.thorough
def test_a_service_refuses_an_older_schema(migrated):
    settings, database = migrated
    database.schema.update_one({"_id": "schema"}, {"$set": {"version": 0}})
    with pytest.raises(
        SystemExit, match=r"schema is version 0, this service needs 4: run `gatehouse migrate`"
    ):
        prepare(settings)


@pytest.mark.thorough
def test_outside_the_demo_the_demos_clients_are_refused(migrated, make_settings, database_name):
    with pytest.raises(SystemExit, match="demo's clients"):
        prepare(make_settings(mongodb_database=database_name, demo=False))


def test_outside_the_demo_there_are_no_accounts_and_no_demo_clients(
    make_settings, mongodb_uri, database_name
):
    migrate(make_settings(mongodb_database=database_name, demo=False))
    with MongoClient(mongodb_uri) as client:
        assert client[database_name].users.count_documents({}) == 0
        assert [found["_id"] for found in client[database_name].clients.find()] == ["gatehouse-admin-ui"]


def test_outside_the_demo_the_demo_password_opens_nothing(
    make_app, make_settings, empty_database, register, username
):
    settings = make_settings(mongodb_database=empty_database, demo=False)
    browser = make_app(settings).test_client()
    client_id = register()
    form = {"grant_type": "password", "username": username, "password": "valid"}
    refused = browser.post("/oauth/token", data=form, auth=(client_id, f"{client_id}-secret"))
    assert refused.json["error"] == "invalid_grant"


@pytest.mark.thorough
def test_a_database_that_does_not_answer_is_one_clear_line(make_settings):
    uri = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"  # a port that nobody listens on
    with pytest.raises(SystemExit, match="MongoDB does not serve it"):
        prepare(make_settings(mongodb_uri=uri, startup_timeout=0))
