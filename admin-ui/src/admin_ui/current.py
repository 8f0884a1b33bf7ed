"""The parts that a request needs, made once by `app.py`."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from admin_ui.auth_service_api import AuthServiceAPI
from admin_ui.clock import Clock
from admin_ui.login_attempt import LoginAttempts
from admin_ui.openid_connect import OpenIDProvider
from admin_ui.settings import Settings
from admin_ui.token_refresh import TokenRefresh


@dataclass(frozen=True)
class AdminUI:
    """Everything that lives as long as the application."""

    settings: Settings
    clock: Clock
    auth_service: AuthServiceAPI
    provider: OpenIDProvider
    login_attempts: LoginAttempts
    token_refresh: TokenRefresh


def admin_ui() -> AdminUI:
    """The present application's parts."""
    return cast(AdminUI, current_app.extensions["admin_ui"])
