"""HTTP to the gateway: nothing follows a redirect by itself, everything is bounded in time and remembered."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter

from tests.e2e.used_secrets import UsedSecrets

TIMEOUT = 20  # seconds; a busy machine is slow, a hanging one is not waited for


class System(Protocol):
    """What the local system and the one in containers have in common."""

    url: str

    def stop_service(self, name: str) -> None: ...
    def start_service(self, name: str) -> None: ...
    def restart(self, name: str) -> None: ...
    def logs(self) -> dict[str, str]: ...
    def database_uri(self) -> str: ...
    def own_secrets(self) -> list[str]: ...


class Http(requests.Session):
    """Calls paths of the gateway. Cookies are kept for a browser only."""

    def __init__(self, url: str, used_secrets: UsedSecrets, *, keep_cookies: bool = False) -> None:
        super().__init__()
        self.url = url
        self.trust_env = False  # no proxy, no .netrc
        self.hooks["response"] = [used_secrets.collect]
        self.mount("http://", HTTPAdapter(pool_maxsize=32))
        if not keep_cookies:
            self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Call a path, or a whole address below the gateway's."""
        options = {"timeout": TIMEOUT} | options | {"allow_redirects": False}
        return super().request(method, self.url + url if url.startswith("/") else url, **options)


class Gateway(Http):
    """The system under test as any program sees it; `system` is None where somebody else runs it."""

    def __init__(self, url: str, system: System | None) -> None:
        self.system = system
        self.used_secrets = UsedSecrets()
        super().__init__(url.rstrip("/"), self.used_secrets)

    def browser_session(self) -> Http:
        """HTTP as a browser's profile has it, with cookies of its own."""
        return Http(self.url, self.used_secrets, keep_cookies=True)


def bearer(token: str) -> dict[str, str]:
    """The headers that carry an access token (RFC 6750 §2.1)."""
    return {"Authorization": f"Bearer {token}"}


def works(gateway: Gateway, token: str) -> bool:
    """Whether the protected API takes the access token."""
    return gateway.get("/api/me", headers=bearer(token)).status_code == 200


def at_once(action: Callable[[], requests.Response], times: int = 20) -> list[requests.Response]:
    """Do the same thing so many times in parallel."""
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(action) for _ in range(times)]]


def logs_with(system: System, text: str, count: int) -> dict[str, str]:
    """The logs that hold the text, once there are so many: an answer arrives before its line is written."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        found = {name: log for name, log in system.logs().items() if text in log}
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.05)
