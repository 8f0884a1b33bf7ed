"""The application: the only place where everything is wired."""

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from resource_api import json_log
from resource_api.clock import Clock
from resource_api.database import Databases
from resource_api.introspection import Introspector
from resource_api.introspection.endpoint import EndpointIntrospector
from resource_api.introspection.jwt import JWTIntrospector
from resource_api.introspection.shared_database import SharedDatabaseIntrospector
from resource_api.introspection.signing_keys import SigningKeys
from resource_api.protection import BearerProtection
from resource_api.settings import Settings, load
from resource_api.web import current, errors, health, me, notes, openapi, request_log, response_headers
from resource_api.web.json_request import JSONRequest

MAX_BODY = 64 * 1024


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> APIFlask:
    """Build the application; it does no input or output yet, so it starts while MongoDB is away."""
    settings, clock = settings or load(), clock or Clock()
    json_log.configure(settings.log_level)
    databases = Databases(settings)
    databases.lend_to_documents()
    introspector = choose_introspector(settings, databases, clock)

    app = APIFlask(
        __name__,
        title="Gatehouse resource API",
        version="1.0.0",
        spec_path="/api/openapi.json",
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]
    )
    app.request_class = JSONRequest
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.url_map.merge_slashes = False  # a redirect would be built from the Host header
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    app.extensions[current.EXTENSION] = current.Service(databases, clock)
    BearerProtection(app, introspector, settings.audience, clock)

    request_log.init_app(app)
    response_headers.init_app(app)
    errors.init_app(app)
    openapi.init_app(app, settings, introspector)
    for blueprint in (health.blueprint, me.blueprint, notes.blueprint):
        app.register_blueprint(blueprint)
    return app


def choose_introspector(settings: Settings, databases: Databases, clock: Clock) -> Introspector:
    """Build the strategy that the setting `introspection` names."""
    if settings.introspection == "endpoint":
        secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
        return EndpointIntrospector(settings.introspection_endpoint, settings.client_id, secret)
    if settings.introspection == "jwt":
        return JWTIntrospector(settings.issuer, SigningKeys(settings.jwks_uri, clock), clock)
    return SharedDatabaseIntrospector(databases.gatehouse, settings.client_cache_seconds)
