"""The composition root: everything that is mounted, and nothing else."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from admin_ui import login, logs
from admin_ui.auth_service_api import AuthServiceAPI
from admin_ui.clock import Clock
from admin_ui.current import AdminUI
from admin_ui.login_attempt import LoginAttempts
from admin_ui.openid_connect import OpenIDProvider
from admin_ui.sealed_cookie import derive_key
from admin_ui.session import SealedCookieSessions
from admin_ui.settings import Settings, load
from admin_ui.token_refresh import TokenRefresh
from admin_ui.web import (
    client_changes,
    client_secrets,
    clients,
    csrf,
    dashboard,
    errors,
    grants,
    health,
    initial_access_tokens,
    logout_deliveries,
    once,
    presentation,
    security_headers,
    signing_keys,
    static_files,
    theme,
    tokens,
    user_changes,
    users,
)

BLUEPRINTS = (
    health.blueprint,  # /health
    login.blueprint,  # /admin/login, /admin/callback, /admin/logout
    dashboard.blueprint,  # /admin/
    clients.blueprint,  # /admin/clients: list, create, page
    client_changes.blueprint,  # /admin/clients/<id>/edit, /enable, /disable, /delete
    client_secrets.blueprint,  # /admin/clients/<id>/secret
    users.blueprint,  # /admin/users: list, create, page
    user_changes.blueprint,  # /admin/users/<sub>/edit, /enable, /disable, /password, /delete
    tokens.blueprint,  # /admin/tokens
    grants.blueprint,  # /admin/grants
    logout_deliveries.blueprint,  # /admin/logout-deliveries
    initial_access_tokens.blueprint,  # /admin/registration
    signing_keys.blueprint,  # /admin/signing-keys
    theme.blueprint,  # /admin/theme
)


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """The application; exits with status 1 when the settings are wrong."""
    settings = settings or load()
    clock = clock or Clock()
    app = Flask(__name__, static_url_path="/admin/static")
    app.config.update(
        SECRET_KEY=derive_key(settings.secret_key.get_secret_value(), "csrf"),
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    api = AuthServiceAPI(settings.auth_service_url)
    provider = OpenIDProvider(settings, api, clock)
    token_refresh = TokenRefresh(provider.redeem_refresh_token, clock)
    app.session_interface = SealedCookieSessions(settings, clock, token_refresh)
    app.extensions["admin_ui"] = AdminUI(
        settings, clock, api, provider, LoginAttempts(settings), token_refresh
    )
    logs.init_app(app, settings.log_level)
    for part in (csrf, once, errors, security_headers, static_files, presentation, login):
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
