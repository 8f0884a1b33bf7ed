"""Callers of the admin API other than the automation that may do everything."""

from collections.abc import Callable

import pytest

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient


@pytest.fixture(scope="session")
def console(register: Callable[..., OAuthClient]) -> OAuthClient:
    """An app through which people use the admin API."""
    return register(scope="openid profile admin:read admin:write clients:own")


@pytest.fixture
def as_person(
    console: OAuthClient, gateway: Gateway, new_browser: Callable[..., Browser]
) -> Callable[..., AdminApi]:
    """A function that returns the admin API as a person sees it, with this scope."""

    def make(username: str | None = None, scope: str = "clients:own") -> AdminApi:
        tokens = console.tokens_by_code(new_browser(username), scope=scope)
        return AdminApi(gateway, tokens["access_token"])

    return make
