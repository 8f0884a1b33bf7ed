"""Brings the database to this code's shape, as often as it is run: collections, indexes, views, roles and users,
then what must be there on the first start: signing keys and first-party clients.
"""

from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure

from auth_service import demo
from auth_service.clock import Clock
from auth_service.models import DOCUMENTS
from auth_service.models.database import SCHEMA_VERSION, connect
from auth_service.models.user import PERSONAL
from auth_service.protocol.first_party import register_first_party_clients
from auth_service.protocol.sealed import Sealer
from auth_service.protocol.server_secrets import ServerSecrets
from auth_service.protocol.signing_keys import SigningKeys
from auth_service.settings import Settings

_NAMESPACE_EXISTS, _ROLE_EXISTS, _USER_EXISTS, _INDEX_NOT_FOUND = 48, 51002, 51003, 27

#: Views that hold no credentials and nothing personal that resource servers have no use for, for services that may
#: not read the collections beneath.
VIEWS = {
    "user_profiles": ("users", ("password_hash", *PERSONAL)),
    "client_profiles": ("clients", ("secrets", "encrypted_secret", "registration_access_token")),
}

#: What earlier versions made and others now stand for; dropped once those are there.
OBSOLETE_INDEXES = {
    "access_tokens": ("client_id_1__id_1", "sub_1__id_1"),
    "refresh_tokens": ("client_id_1__id_1", "sub_1__id_1"),
    "clients": ("owner_1__id_1",),
    "grants": ("client_id_1__id_1", "sub_1__id_1"),
}


def migrate(settings: Settings, clock: Clock | None = None) -> None:
    """Migrate, idempotently. Needs a database user that may create indexes, roles and users."""
    clock = clock or Clock()
    uri = settings.migrate_mongodb_uri or settings.mongodb_uri
    database = connect(uri.get_secret_value(), settings.mongodb_database)
    create_collections(database)
    drop_obsolete_indexes(database)
    create_views(database)
    create_database_users(database, settings)
    SigningKeys(settings, clock).create_missing()
    ServerSecrets(Sealer(settings)).create_missing()
    register_first_party_clients(settings, clock.now())
    if settings.demo:
        demo.register(clock.now())
    database.schema.update_one({"_id": "schema"}, {"$max": {"version": SCHEMA_VERSION}}, upsert=True)


def create_collections(database: Database) -> None:
    """Each document's collection with its indexes."""
    existing = set(database.list_collection_names())
    for document in DOCUMENTS:
        name = document._get_collection_name()
        if name not in existing:
            _create(database, name)
        document.ensure_indexes()


def drop_obsolete_indexes(database: Database) -> None:
    """Writes need not keep what no read uses any more."""
    for collection, names in OBSOLETE_INDEXES.items():
        for name in names:
            try:
                database[collection].drop_index(name)
            except OperationFailure as error:
                if error.code != _INDEX_NOT_FOUND:
                    raise


def create_views(database: Database) -> None:
    """The views, without the fields that they hide."""
    for name, (source, hidden) in VIEWS.items():
        pipeline = [{"$project": dict.fromkeys(hidden, 0)}]
        if not _create(database, name, viewOn=source, pipeline=pipeline):
            database.command("collMod", name, viewOn=source, pipeline=pipeline)


def _create(database: Database, name: str, **options: Any) -> bool:
    """Create a collection or view; False when it is there, perhaps by a migration that was quicker than this one."""
    try:
        database.command("create", name, **options)
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise
        return False
    return True


def create_database_users(database: Database, settings: Settings) -> None:
    """One database user a service, with the least it needs; where no password is given, none."""
    name = settings.mongodb_database
    read_and_write = ["find", "insert", "update", "remove"]
    readable = ["access_tokens", "client_profiles", "user_profiles", "schema"]
    if settings.auth_service_database_password is not None:
        grant_role(database, "auth-service", [_privilege(name, "", read_and_write)], [])
        grant_user(database, "auth-service", settings.auth_service_database_password.get_secret_value())
    if settings.resource_api_database_password is not None:
        own = [{"role": "readWrite", "db": settings.resource_api_database}]
        grant_role(database, "resource-api", [_privilege(name, view, ["find"]) for view in readable], own)
        grant_user(database, "resource-api", settings.resource_api_database_password.get_secret_value())


def _privilege(database: str, collection: str, actions: list[str]) -> dict:
    return {"resource": {"db": database, "collection": collection}, "actions": actions}


def grant_role(database: Database, name: str, privileges: list[dict], roles: list[dict]) -> None:
    """Create the role, or bring it to these privileges."""
    admin = database.client.admin
    try:
        admin.command("createRole", name, privileges=privileges, roles=roles)
    except OperationFailure as error:
        if error.code != _ROLE_EXISTS:
            raise
        admin.command("updateRole", name, privileges=privileges, roles=roles)


def grant_user(database: Database, name: str, password: str) -> None:
    """Create the user with the role of the same name, or bring it to this password."""
    admin = database.client.admin
    try:
        admin.command("createUser", name, pwd=password, roles=[name])
    except OperationFailure as error:
        if error.code != _USER_EXISTS:
            raise
        admin.command("updateUser", name, pwd=password, roles=[name])
