"""The only wiring: settings, database, protocol, pages and admin API come together here."""

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from auth_service import admin_api, web
from auth_service import settings as settings_module
from auth_service.background import Background
from auth_service.clock import Clock
from auth_service.models import database
from auth_service.protocol.server import AuthorizationServer
from auth_service.protocol.signing_keys import MAINTENANCE_INTERVAL
from auth_service.settings import Settings


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> APIFlask:
    """The WSGI application, on a database that `startup.prepare` has found good."""
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
    database.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
    app.extensions["gatehouse"] = server = AuthorizationServer(settings, clock or Clock())
    app.extensions["background"] = background_work(server)
    # One proxy, the gateway, stands in front; only the client's address is believed from it.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    web.register(app)
    admin_api.register(app)
    return app


def background_work(server: AuthorizationServer) -> list[Background]:
    """What every worker process does beside its requests, once gunicorn.conf.py has started it."""
    deliveries = server.deliveries
    return [
        Background(MAINTENANCE_INTERVAL, server.keys.maintain, "signing keys"),
        Background(5, deliveries.work_once, "logout deliveries", wake=deliveries.waiting),
    ]
