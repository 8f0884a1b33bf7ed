"""Three replicas of auth-service, in containers or as local processes."""

import os
import time
from collections.abc import Iterable, Iterator

import pytest
import requests

from tests.e2e.admin import AdminApi
from tests.e2e.gateway import TIMEOUT, Gateway, System
from tests.e2e.oauth_client import OAuthClient

REPLICAS = 3


@pytest.fixture(scope="module")
def replicated(request: pytest.FixtureRequest) -> Iterator[Gateway]:
    """The gateway in front of them, once it sends requests to each."""
    if os.environ.get("GATEHOUSE_E2E") == "docker":
        gateway: Gateway = request.getfixturevalue("gateway")
        gateway.system.scale("auth-service", REPLICAS)  # type: ignore[union-attr]
        await_all(gateway)
        yield gateway
        gateway.system.restore()  # type: ignore[union-attr]
        return
    from tests.e2e.local_system import LocalSystem

    with LocalSystem(replicas=REPLICAS) as system, Gateway(system.url, system) as gateway:
        await_all(gateway)
        yield gateway


@pytest.fixture(scope="module")
def administration(replicated: Gateway) -> AdminApi:
    """The admin API with all rights."""
    client = OAuthClient(replicated, "demo-automation", "demo-automation-secret")
    return AdminApi(replicated, client.tokens("client_credentials")["access_token"])


@pytest.fixture(scope="module")
def app(administration: AdminApi) -> OAuthClient:
    """A confidential client with every grant that it may have."""
    return administration.register()


def await_all(gateway: Gateway) -> None:
    """Return when requests are spread over all replicas: nginx asks Docker for their addresses once a second."""
    assert gateway.system
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        answers = [gateway.get("/oauth/jwks") for _ in range(12)]
        if len(who_answered(gateway.system, answers)) == REPLICAS:
            return
        time.sleep(0.1)
    raise AssertionError("not every replica is asked")


def who_answered(system: System, answers: Iterable[requests.Response]) -> set[str]:
    """The replicas whose logs have these answers, by the ids that the gateway gave the requests."""
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    logs = {name: log for name, log in system.logs().items() if name.startswith("auth-service")}
    return {name for name, log in logs.items() if any(one in log for one in ids)}
