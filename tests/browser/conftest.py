"""The system, the browser, its windows, and who uses them."""

import os
import secrets
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.browser.app import App, RedirectTarget
from tests.browser.chromium import MISSING, find_chromium
from tests.browser.faults import Faults
from tests.browser.pages import sign_in
from tests.e2e.admin import AdminApi
from tests.e2e.gateway import Gateway
from tests.e2e.local_system import LocalSystem
from tests.e2e.oauth_client import OAuthClient

PATIENCE = 15_000  # milliseconds; a busy machine is slow
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[failed] = item.stash.get(failed, False) or report.failed
    return report


@pytest.fixture(scope="session")
def gateway_url() -> Iterator[str]:
    """The gateway of the system that GATEHOUSE_URL names, else of one that is started for this run."""
    if given := os.environ.get("GATEHOUSE_URL"):
        yield given.rstrip("/")
        return
    with LocalSystem() as system:
        yield system.url


@pytest.fixture(scope="session")
def gateway(gateway_url: str) -> Iterator[Gateway]:
    """What programs say to the system."""
    with Gateway(gateway_url, None) as http:
        yield http


@pytest.fixture(scope="session")
def admin_api(gateway: Gateway) -> AdminApi:
    """The admin API with all rights."""
    automation = OAuthClient(gateway, "demo-automation", "demo-automation-secret")
    return AdminApi(gateway, automation.tokens("client_credentials")["access_token"])


@pytest.fixture(scope="session")
def redirect_target() -> Iterator[RedirectTarget]:
    """The web server of the apps, where browsers are sent back to."""
    with RedirectTarget() as target:
        yield target


@pytest.fixture
def register(admin_api: AdminApi, redirect_target: RedirectTarget) -> Iterator[Callable[..., App]]:
    """A function that registers an app with this metadata; the test's apps are deleted after it."""
    made: list[App] = []

    def register_app(**metadata: Any) -> App:
        given = {"redirect_uris": [redirect_target.uri], "client_uri": "https://app.example.com"} | metadata
        made.append(App(admin_api.register(**given), redirect_target.uri))
        return made[-1]

    yield register_app
    for app in made:
        admin_api.call("DELETE", f"/clients/{app.client.client_id}")


@pytest.fixture
def username() -> str:
    """Somebody who was never here before."""
    return f"person-{secrets.token_hex(5)}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    found = find_chromium()
    assert found, MISSING
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_window(
    chromium: Browser, gateway_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """A function that opens a window with cookies of its own; what it complained of fails the test."""
    windows: list[tuple[Page, Faults]] = []

    def open_one(**options: Any) -> Page:
        context = chromium.new_context(**{"base_url": gateway_url, "locale": "en-GB"} | options)
        context.set_default_timeout(PATIENCE)
        faults = Faults(context)
        windows.append((context.new_page(), faults))
        return windows[-1][0]

    yield open_one
    found = []
    for number, (page, faults) in enumerate(windows, 1):
        if request.node.stash.get(failed, False) or faults.found:
            picture = tmp_path / f"window-{number}.png"
            page.screenshot(path=picture, full_page=True)
            print(f"{page.url}: {picture}")
        found += faults.found
        page.context.close()
    assert not found, "the browser complained:\n" + "\n".join(found)


@pytest.fixture
def window(open_window: Callable[..., Page]) -> Page:
    """A window in which nobody is signed in."""
    return open_window()


@pytest.fixture(scope="session")
def admin_cookies(chromium: Browser, gateway_url: str) -> StorageState:
    """The cookies of a browser in which the administrator is signed in to the admin pages."""
    context = chromium.new_context(base_url=gateway_url)
    page = context.new_page()
    page.goto("/admin/")
    sign_in(page, "admin")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    cookies = context.storage_state()
    context.close()
    return cookies


@pytest.fixture
def admin(open_window: Callable[..., Page], admin_cookies: StorageState) -> Page:
    """A window in which the administrator is signed in to the admin pages."""
    return open_window(storage_state=admin_cookies)
