"""The only wiring: settings, database, protocol, pages and admin API come together here."""

import sys

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from auth_service import admin_api, demo, web
from auth_service import settings as settings_module
from auth_service.clock import Clock
from auth_service.models import Client, database
from auth_service.protocol.server import AuthorizationServer
from auth_service.settings import Settings


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> APIFlask:
    """The WSGI application. Exits with status 1 and one clear line when it must not start."""
    settings = settings or settings_module.load()
    # Static files are `web.assets`'s, under addresses that carry a hash of what is in them.
    app = APIFlask(
        __name__,
        spec_path=None,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]
    )
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        MAX_FORM_PARTS=100,
    )
    check_database(settings)
    app.extensions["gatehouse"] = AuthorizationServer(settings, clock or Clock())
    # One proxy, the gateway, stands in front; only the client's address is believed from it.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    web.register(app)
    admin_api.register(app)
    return app


def check_database(settings: Settings) -> None:
    """Refuse a schema older than this code, and demo clients outside the demo."""
    connection = database.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
    try:
        database.check_schema(connection)
    except database.SchemaTooOld as error:
        sys.exit(f"auth-service cannot start: {error}")
    if not settings.demo and Client.objects(client_id__in=list(demo.CLIENTS)).first() is not None:
        sys.exit(
            "auth-service cannot start: the database has the demo's clients, whose secrets everybody knows; "
            "use another database or delete them"
        )
