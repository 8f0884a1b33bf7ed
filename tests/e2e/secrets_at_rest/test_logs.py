"""Whoever reads the logs gets in nowhere: no secret that was used stands in one."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.gateway import Gateway, System, logs_with
from tests.e2e.used_secrets import UsedSecrets


@pytest.mark.rfc("9700 §4.3; 6750 §5.3")
def test_no_secret_that_was_used_is_in_any_log(
    gateway: Gateway, system: System, used_secrets: UsedSecrets
) -> None:
    last = gateway.get("/oauth/userinfo").headers["X-Request-ID"]
    assert len(logs_with(system, last, 2)) == 2  # the gateway's and the service's
    everything = "\n".join(system.logs().values()).encode()
    assert used_secrets.found_in(everything) == []


def test_every_line_of_the_services_is_json_of_its_own(gateway: Gateway, system: System) -> None:
    paths = ("/api/me", "/admin/login", "/oauth/jwks")
    with ThreadPoolExecutor(16) as pool:  # workers and threads write at the same moment
        list(pool.map(gateway.get, paths * 60))
    for name, text in system.logs().items():
        if not name.startswith(("auth-service", "resource-api", "admin-ui", "gateway")):
            continue
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        assert any(line.get("event") == "request" for line in lines), name
        assert not [line for line in lines if "?" in str(line.get("path", ""))], name


def test_no_request_has_failed_unexpectedly(system: System) -> None:
    """Each service writes one of these for a fault of its own; a database that is away is none."""
    for name, text in system.logs().items():
        for sign in ("unexpected_error", '"event": "fault"', "a request failed"):
            begins = text.find(sign)
            assert begins == -1, f"{name}: {text[begins:][:6000]}"
