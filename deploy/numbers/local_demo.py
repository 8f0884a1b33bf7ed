"""The demo as local processes: how long it takes to start, and what its workers weigh."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlencode

from deploy.numbers.commands import FreshClone
from deploy.numbers.processes import children, memory_mb
from deploy.numbers.table import Number

PATIENCE = 600  # seconds, for a command that should take two minutes
REQUESTS = 200  # to each service before it is weighed: a worker grows until it has seen its work


def measure(clone: FreshClone) -> Iterator[Number]:
    """Start it with nothing prepared, weigh it, and start it anew, without data, with everything prepared."""
    first = clone.make("demo", "MODE=local", patience=PATIENCE)
    yield Number("`make demo` as local processes, nothing prepared", first, "s", 120)
    use(f"http://127.0.0.1:{clone.port}")
    for service, mb in weigh(clone).items():
        yield Number(f"memory of a worker of {service}", mb, "MB", 80)
    clone.make("down", "PURGE=1", patience=PATIENCE)
    again = clone.make("demo", "MODE=local", patience=PATIENCE)
    yield Number("`make demo` as local processes, everything prepared", again, "s", 10)
    clone.make("down", "PURGE=1", patience=PATIENCE)


def use(url: str) -> None:
    """Have each service do what it is mostly asked for."""
    form = {"grant_type": "password", "username": "ada", "password": "valid", "scope": "profile"}
    basic = {"Authorization": "Basic " + base64.b64encode(b"demo-web:demo-web-secret").decode()}
    for _ in range(REQUESTS):
        token = json.loads(_ask(f"{url}/oauth/token", basic, form))["access_token"]
        _ask(f"{url}/oauth/introspect", basic, {"token": token})
        _ask(f"{url}/api/me", {"Authorization": f"Bearer {token}"})
        _ask(f"{url}/login", {})
        _ask(f"{url}/admin/", {})


def _ask(url: str, headers: dict[str, str], form: dict[str, str] | None = None) -> bytes:
    body = urlencode(form).encode() if form else None
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - our own address on loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return bytes(answer.read())


def weigh(clone: FreshClone) -> dict[str, float]:
    """The heaviest worker of each service."""
    state = json.loads((clone.directory / ".gatehouse" / str(clone.port) / "state.json").read_text())
    services = ("auth-service", "resource-api", "admin-ui")
    masters = {service: state["processes"][service][0] for service in services}
    return {service: max(map(memory_mb, children(pid))) for service, pid in masters.items()}
