"""One running system for all tests, and the people, apps and administrators who use it."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, System
from tests.e2e.oauth_client import OAuthClient

HERE = Path(__file__).parent
#: What restarts things comes late; what looks for traces of all that happened comes last.
LAST = ("persistence", "secrets_at_rest")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if folder(item) not in (None, "containers"):
            item.add_marker(pytest.mark.xdist_group("e2e"))  # one system, so one worker
    items.sort(key=lambda item: LAST.index(folder(item)) + 1 if folder(item) in LAST else 0)


def folder(item: pytest.Item) -> str | None:
    """The folder of this suite that the test is in; None for a test of another suite."""
    return item.path.relative_to(HERE).parts[0] if HERE in item.path.parents else None


def new_system() -> AbstractContextManager[System]:
    """A system of the chosen kind, not yet started. Each kind needs packages that the other does not."""
    if os.environ.get("GATEHOUSE_E2E", "local") == "docker":
        from tests.e2e.compose_system import ComposeSystem

        return ComposeSystem()
    from tests.e2e.local_system import LocalSystem

    return LocalSystem()


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    """The system under test, under the profile `compat`."""
    if url := os.environ.get("GATEHOUSE_URL"):
        with Gateway(url, None) as found:
            yield found
        return
    with new_system() as system, Gateway(system.url, system) as started:
        yield started


@pytest.fixture
def system(gateway: Gateway) -> System:
    """What runs the services, for tests that stop them or look behind them."""
    if gateway.system is None:
        pytest.skip("the system at GATEHOUSE_URL is run by somebody else")
    return gateway.system


@pytest.fixture(scope="session")
def demo_client(gateway: Gateway) -> Callable[[str], OAuthClient]:
    """A function that returns the demo's confidential client of that id."""
    return lambda client_id: OAuthClient(gateway, client_id, f"{client_id}-secret")


@pytest.fixture(scope="session")
def admin(gateway: Gateway, demo_client: Callable[[str], OAuthClient]) -> AdminApi:
    """The admin API with all rights."""
    token = demo_client("demo-automation").tokens("client_credentials", scope="admin:read admin:write")
    return AdminApi(gateway, token["access_token"])


@pytest.fixture(scope="session")
def register(admin: AdminApi) -> Callable[..., OAuthClient]:
    """A function that registers a client with this metadata."""
    return admin.register


@pytest.fixture(scope="session")
def web_app(register: Callable[..., OAuthClient]) -> OAuthClient:
    """A confidential client with every grant that it may have, for tests that change nothing about it."""
    return register(client_name="Web app")


@pytest.fixture(scope="session")
def spa(register: Callable[..., OAuthClient]) -> OAuthClient:
    """A public client: code with PKCE, and refresh."""
    return register(client_name="Single-page app", token_endpoint_auth_method="none")


@pytest.fixture(scope="session")
def device(gateway: Gateway) -> OAuthClient:
    """The demo's device: public; device code, and refresh."""
    return OAuthClient(gateway, "demo-device", None, "none")


@pytest.fixture(scope="session")
def resource_server(demo_client: Callable[[str], OAuthClient]) -> OAuthClient:
    """A client that may introspect every token."""
    return demo_client("demo-api")


@pytest.fixture
def new_browser(gateway: Gateway) -> Iterator[Callable[..., Browser]]:
    """A function that starts a browser for a person of this name, or for a stranger."""
    started: list[Browser] = []

    def start(username: str | None = None) -> Browser:
        started.append(Browser(gateway, username))
        return started[-1]

    yield start
    for browser in started:
        browser.http.close()


@pytest.fixture
def browser(new_browser: Callable[..., Browser]) -> Browser:
    """The browser of a person who was never here before."""
    return new_browser()
