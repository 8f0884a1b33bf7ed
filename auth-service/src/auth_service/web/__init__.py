"""URLs and pages: one blueprint a file, registered here in one list.

`protocol_endpoints` are the URLs for machines, `authorize` leads a person through `login`,
`select_account` and `consent`, `device` lets what has no browser have its tokens.
A request passes `request_log` and `csrf`; its view finds out in `session` whom it serves; the answer passes
`security_headers`; what went wrong becomes an answer in `errors`. What machines ask most takes the `shortcut`.
"""

from flask import Flask

from auth_service.web import (
    assets,
    authorize,
    client_logo,
    consent,
    cors,
    csrf,
    device,
    errors,
    health,
    home,
    login,
    logout,
    openapi,
    protocol_endpoints,
    registration,
    request_log,
    security_headers,
    select_account,
)
from auth_service.web.session_store import MongoSessionInterface
from auth_service.web.shortcut import Shortcut

BLUEPRINTS = (
    protocol_endpoints.blueprint,
    registration.blueprint,
    openapi.blueprint,
    authorize.blueprint,
    login.blueprint,
    select_account.blueprint,
    consent.blueprint,
    device.blueprint,
    client_logo.blueprint,
    logout.blueprint,
    home.blueprint,
    health.blueprint,
    assets.blueprint,
)


def register(app: Flask) -> None:
    """Mount every page and what surrounds them; `app.extensions["gatehouse"]` is set already."""
    gatehouse = app.extensions["gatehouse"]
    settings = gatehouse.settings
    request_log.init(app, settings.log_level)
    app.session_interface = MongoSessionInterface(settings, gatehouse.clock)
    security_headers.init(app, settings)
    cors.init(app)
    csrf.init(app, settings)
    errors.init(app)
    app.jinja_env.globals["demo"] = settings.demo
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.wsgi_app = Shortcut(app)  # type: ignore[method-assign]
