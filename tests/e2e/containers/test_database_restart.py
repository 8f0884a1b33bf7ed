"""MongoDB stops, or dies: requests are told to come back, and then everything is as it was."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.e2e.compose_system import ComposeSystem


def revoke(system: ComposeSystem, token: str) -> None:
    answer = requests.post(
        f"{system.url}/oauth/revoke",
        data={"token": token},
        auth=("demo-service", "demo-service-secret"),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


def await_recovery(read_notes, token: str) -> requests.Response:
    """The first answer of the protected API that is not 503, within 30 s."""
    for _ in range(60):
        answer = read_notes(token)
        if answer.status_code != 503:
            return answer
        time.sleep(0.5)
    raise AssertionError("still 503 after 30 s")


@pytest.mark.parametrize("manner", ["stop", "kill"])
def test_nothing_granted_is_lost_and_nothing_revoked_comes_back(
    disturbed: ComposeSystem, get_token, read_notes, manner: str
) -> None:
    granted, revoked = get_token(), get_token()
    revoke(disturbed, revoked)
    assert read_notes(granted).status_code == 200
    started = {service: disturbed.containers(service) for service in ("auth-service", "resource-api")}

    disturbed.compose(manner, "mongo")
    for answer in (read_notes(granted), token_request(disturbed)):
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["error"] == "temporarily_unavailable"

    disturbed.start_service("mongo")
    assert await_recovery(read_notes, granted).status_code == 200
    assert read_notes(revoked).status_code == 401
    assert read_notes(get_token()).status_code == 200
    assert started == {service: disturbed.containers(service) for service in started}  # nobody was restarted


def test_who_writes_while_it_stops_is_told_to_come_back(disturbed: ComposeSystem) -> None:
    sign_in = {"grant_type": "password", "username": "somebody", "password": "valid"}
    app = ("demo-web", "demo-web-secret")
    stopped = threading.Event()

    def ask_until_it_has_stopped(_: int) -> list[requests.Response]:
        answers = []
        while not stopped.is_set():
            answers.append(requests.post(f"{disturbed.url}/oauth/token", data=sign_in, auth=app, timeout=60))
        return answers

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask_until_it_has_stopped, number) for number in range(4)]
        disturbed.compose("stop", "mongo")
        stopped.set()
    answers = [answer for it in asking for answer in it.result()]
    assert {answer.status_code for answer in answers} <= {200, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)


def token_request(system: ComposeSystem) -> requests.Response:
    return requests.post(
        f"{system.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=("demo-service", "demo-service-secret"),
        timeout=60,
    )
