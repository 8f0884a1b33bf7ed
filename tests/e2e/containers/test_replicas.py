"""Several replicas behind one gateway: requests spread, and a replica may die at any moment."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
import requests

from tests.e2e.browser import Browser
from tests.e2e.compose_system import ComposeSystem
from tests.e2e.containers.person import Person
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient

REQUESTS = (
    {"method": "GET", "path": "/oauth/jwks"},
    {
        "method": "POST",
        "path": "/oauth/token",
        "data": {"grant_type": "client_credentials"},
        "auth": ("demo-service", "demo-service-secret"),
    },
)


def upstreams(system: ComposeSystem) -> Counter[str]:
    """How many requests each replica's address answered, by the gateway's log."""
    lines = (json.loads(line) for line in system.logs()["gateway-1"].splitlines() if line.startswith("{"))
    return Counter(line["upstream"] for line in lines if line["upstream"])


@pytest.fixture(scope="module")
def replicas(system: ComposeSystem) -> Iterator[ComposeSystem]:
    """Three of auth-service and two of resource-api, once the gateway sends requests to each."""
    system.scale("auth-service", 3)
    system.scale("resource-api", 2)
    before = upstreams(system)
    deadline = time.monotonic() + 60
    while len(upstreams(system) - before) < 5:
        assert time.monotonic() < deadline, "not every replica is asked"
        for path in ("/oauth/jwks", "/api/openapi.json") * 12:
            assert requests.get(system.url + path, timeout=10).status_code == 200
    yield system
    system.restore()


def test_requests_spread_over_all_replicas(replicas: ComposeSystem, get_token, read_notes) -> None:
    before = upstreams(replicas)
    for _ in range(40):
        assert read_notes(get_token()).status_code == 200
    answered = upstreams(replicas) - before
    assert len(answered) == 5, answered


def test_each_step_of_a_sign_in_may_meet_another_replica(replicas: ComposeSystem) -> None:
    before = upstreams(replicas)
    for username in ("nomad", "settler"):
        person = Person(replicas.url, username)
        person.ask_for_code(scope="openid profile")
        person.sign_in()
        person.consent()
        bearer = {"Authorization": f"Bearer {person.redeem_code()['access_token']}"}
        me = requests.get(f"{replicas.url}/api/me", headers=bearer, timeout=10)
        assert me.json()["username"] == username
    assert len(upstreams(replicas) - before) >= 3  # resource-api's, and more than one of auth-service's


def test_a_device_and_its_person_may_meet_different_replicas(replicas: ComposeSystem) -> None:
    before = upstreams(replicas)
    with Gateway(replicas.url, replicas) as gateway:
        device = OAuthClient(gateway, "demo-device", None, "none")
        for _ in range(3):
            codes = device.start_device()
            assert device.poll(codes["device_code"]).json()["error"] == "authorization_pending"
            assert Browser(gateway).decide_for_device(codes["user_code"]).status_code == 200
            assert device.poll(codes["device_code"]).status_code == 200
    assert len(upstreams(replicas) - before) == 3


def test_a_killed_replica_costs_no_request_but_those_in_flight(replicas: ComposeSystem) -> None:
    clients = 6
    answers: list[tuple[float, object]] = []
    deadline = time.monotonic() + 8

    def keep_asking(method: str, path: str, **fields: object) -> None:
        while time.monotonic() < deadline:
            started = time.monotonic()
            try:
                answer = requests.request(method, replicas.url + path, timeout=10, **fields)
                answers.append((started, answer.status_code))
            except requests.RequestException as error:
                answers.append((started, repr(error)))

    threads = [threading.Thread(target=keep_asking, kwargs=REQUESTS[n % 2]) for n in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    replicas.kill_one("auth-service")
    killed = time.monotonic()
    for thread in threads:
        thread.join()
    failed = [(started, outcome) for started, outcome in answers if outcome != 200]
    assert len([started for started, _ in answers if started > killed]) > 50
    assert [failure for failure in failed if failure[0] > killed] == []
    assert len(failed) <= clients
