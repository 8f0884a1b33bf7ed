"""What is checked once, before the workers start: settings, database, schema, and that its secrets open."""

import sys

import mongoengine
from pymongo.errors import PyMongoError

from auth_service import demo
from auth_service import settings as settings_module
from auth_service.models import Client, database
from auth_service.protocol.rekey import unreadable
from auth_service.protocol.sealed import Sealer
from auth_service.protocol.server_secrets import ServerSecretMissing, ServerSecrets
from auth_service.settings import PREFIX, Settings


class KeysUnreadable(Exception):
    """What is stored encrypted does not open with the configured key encryption keys."""


class DemoClients(Exception):
    """The database has the demo's clients, whose secrets everybody knows."""


def prepare(settings: Settings | None = None) -> None:
    """Wait for MongoDB and check what is in it; exit with status 1 and one clear line when that fails."""
    settings = settings or settings_module.load()
    connection = database.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
    try:
        database.wait_for(connection, settings.startup_timeout)
        database.check_schema(connection)
        check_sealed(settings)
        check_demo(settings)
    except (database.SchemaTooOld, KeysUnreadable, ServerSecretMissing, DemoClients) as error:
        sys.exit(f"auth-service cannot start: {error}")
    except PyMongoError as error:
        sys.exit(f"auth-service cannot start, MongoDB does not serve it: {str(error).partition(' (')[0]}")
    finally:
        mongoengine.disconnect()  # a pymongo client must not be carried over a fork


def check_sealed(settings: Settings) -> None:
    """Raise KeysUnreadable, or ServerSecretMissing, for a database that was filled under another key."""
    sealer = Sealer(settings)
    ServerSecrets(sealer).check()
    closed = list(unreadable(sealer))
    if closed:
        more = f" and {len(closed) - 3} more" if len(closed) > 3 else ""
        raise KeysUnreadable(
            f"neither {PREFIX}KEY_ENCRYPTION_KEY nor {PREFIX}PREVIOUS_KEY_ENCRYPTION_KEY "
            f"opens {', '.join(closed[:3])}{more}"
        )


def check_demo(settings: Settings) -> None:
    """Raise DemoClients for a database that was a demo, outside demo mode."""
    if not settings.demo and Client.objects(client_id__in=list(demo.CLIENTS)).first() is not None:
        raise DemoClients("the database has the demo's clients; use another database or delete them")
