"""A service is down: the others work on, and the gateway says so in its own words."""

from collections.abc import Iterator

import pytest

from tests.e2e.gateway import Gateway, System

PATHS = {
    "auth-service": ("/oauth/token", "/login", "/admin-api/v1/clients", "/.well-known/openid-configuration"),
    "resource-api": ("/api/me", "/api/notes"),
    "admin-ui": ("/admin/",),
}
PAGES = ("/login", "/admin/")


@pytest.fixture(params=PATHS)
def down(request: pytest.FixtureRequest, system: System) -> Iterator[str]:
    """The name of a service that is stopped; started again afterwards."""
    system.stop_service(request.param)
    yield request.param
    system.start_service(request.param)


def test_it_is_said_and_the_others_work_on(gateway: Gateway, down: str) -> None:
    for path in (*PATHS[down], f"/health/{down}"):
        answer = gateway.get(path)
        assert answer.status_code in (502, 503, 504)  # refused at once, gone, or not answering
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["X-Request-ID"] in answer.text
        if path in PAGES:
            assert answer.headers["Content-Type"].startswith("text/html")
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        else:
            assert answer.json()["error"] == "temporarily_unavailable"
    expected = {"auth-service": ("/login", 200), "resource-api": ("/api/me", 401)}
    for service, (path, status) in expected.items():
        if service != down:
            assert gateway.get(path).status_code == status
