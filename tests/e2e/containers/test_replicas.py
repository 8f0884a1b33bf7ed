"""Several replicas behind one gateway: requests spread, and a replica may die at any moment."""

import json
import threading
import time
from collections import Counter

import requests

from tests.e2e.browser import Browser
from tests.e2e.compose_system import ComposeSystem
from tests.e2e.containers.person import Person
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient

NAMES_ARE_KEPT = 1.1  # seconds for which the gateway trusts what Docker's name server said
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


def test_requests_spread_over_all_replicas(disturbed: ComposeSystem, get_token, read_notes) -> None:
    disturbed.scale("auth-service", 3)
    disturbed.scale("resource-api", 2)
    time.sleep(NAMES_ARE_KEPT)
    before = upstreams(disturbed)
    for _ in range(40):
        assert read_notes(get_token()).status_code == 200
    answered = upstreams(disturbed) - before
    assert len(answered) == 5, answered


def test_each_step_of_a_sign_in_may_meet_another_replica(disturbed: ComposeSystem) -> None:
    disturbed.scale("auth-service", 3)
    time.sleep(NAMES_ARE_KEPT)
    before = upstreams(disturbed)
    for username in ("nomad", "settler"):
        person = Person(disturbed.url, username)
        person.ask_for_code(scope="openid profile")
        person.sign_in()
        person.consent()
        bearer = {"Authorization": f"Bearer {person.redeem_code()['access_token']}"}
        me = requests.get(f"{disturbed.url}/api/me", headers=bearer, timeout=10)
        assert me.json()["username"] == username
    assert len(upstreams(disturbed) - before) >= 3  # resource-api's, and more than one of auth-service's


def test_a_device_and_its_person_may_meet_different_replicas(disturbed: ComposeSystem) -> None:
    disturbed.scale("auth-service", 3)
    time.sleep(NAMES_ARE_KEPT)
    before = upstreams(disturbed)
    with Gateway(disturbed.url, disturbed) as gateway:
        device = OAuthClient(gateway, "demo-device", None, "none")
        for _ in range(3):
            codes = device.start_device()
            assert device.poll(codes["device_code"]).json()["error"] == "authorization_pending"
            assert Browser(gateway).decide_for_device(codes["user_code"]).status_code == 200
            assert device.poll(codes["device_code"]).status_code == 200
    assert len(upstreams(disturbed) - before) == 3


def test_a_killed_replica_costs_no_request_but_those_in_flight(disturbed: ComposeSystem) -> None:
    disturbed.scale("auth-service", 3)
    clients = 6
    answers: list[tuple[float, object]] = []
    deadline = time.monotonic() + 8

    def keep_asking(method: str, path: str, **fields: object) -> None:
        while time.monotonic() < deadline:
            started = time.monotonic()
            try:
                answer = requests.request(method, disturbed.url + path, timeout=10, **fields)
                answers.append((started, answer.status_code))
            except requests.RequestException as error:
                answers.append((started, repr(error)))

    threads = [threading.Thread(target=keep_asking, kwargs=REQUESTS[n % 2]) for n in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    disturbed.kill_one("auth-service")
    killed = time.monotonic()
    for thread in threads:
        thread.join()
    failed = [(started, outcome) for started, outcome in answers if outcome != 200]
    assert len([started for started, _ in answers if started > killed]) > 50
    assert [failure for failure in failed if failure[0] > killed] == []
    assert len(failed) <= clients
