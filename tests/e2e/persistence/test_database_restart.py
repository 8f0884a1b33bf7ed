"""MongoDB goes away and comes back: who asks meanwhile is told to come again, and then all is as it was."""

import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, System, bearer, logs_with
from tests.e2e.oauth_client import OAuthClient

PATIENCE = 60  # seconds; how long a service may wait for a database that is away


@pytest.fixture
def without_database(system: System) -> Iterator[System]:
    """The system while MongoDB is stopped; started again afterwards, whatever happened."""
    system.stop_service("mongo")
    yield system
    system.start_service("mongo")


def check_unavailable(what: str, answer: requests.Response) -> None:
    """503, when to come back, and the request's id, as JSON or as a page."""
    assert answer.status_code == 503, f"{what}: {answer.text}"
    assert int(answer.headers["Retry-After"]) > 0
    if answer.headers["Content-Type"].startswith("application/json"):
        assert answer.json()["error"] == "temporarily_unavailable"
        assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
    else:
        assert answer.headers["X-Request-ID"] in answer.text


def test_who_asks_meanwhile_is_told_to_come_again(
    gateway: Gateway, admin: AdminApi, web_app: OAuthClient, browser: Browser, without_database: System
) -> None:
    headers = {"headers": bearer("gat_" + "A" * 43)}
    form = {
        "data": {"grant_type": "client_credentials", "token": "x"},
        "auth": (web_app.client_id, web_app.secret),
    }
    asked = [
        ("GET", "/api/me", headers),
        ("GET", "/admin-api/v1/clients", headers),
        ("GET", "/oauth/userinfo", headers),
        ("POST", "/oauth/token", form),
        ("POST", "/oauth/introspect", form),
        ("POST", "/oauth/revoke", form),
        ("GET", "/oauth/authorize?response_type=code&client_id=nobody", {}),
        ("GET", "/login", {}),
        ("GET", "/health/auth-service", {}),
        ("GET", "/health/resource-api", {}),
    ]
    with ThreadPoolExecutor(len(asked)) as pool:
        answers = pool.map(lambda it: gateway.request(it[0], it[1], timeout=PATIENCE, **it[2]), asked)
        for (method, path, _), answer in zip(asked, answers, strict=True):
            check_unavailable(f"{method} {path}", answer)


def test_who_gives_up_waiting_is_no_fault_of_the_gateways(gateway: Gateway, without_database: System) -> None:
    address = urlsplit(gateway.url)
    for _ in range(3):
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(b"GET /health/auth-service HTTP/1.1\r\nHost: gateway\r\n\r\n")
            with pytest.raises(TimeoutError):
                connection.settimeout(0.2)
                connection.recv(1)
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )  # ends at once
    late = gateway.get("/health/auth-service", timeout=PATIENCE)  # by then, those have been answered
    assert late.status_code == 503
    written = "".join(logs_with(without_database, late.headers["X-Request-ID"], 2).values())
    assert "a request failed" not in written


def test_nothing_granted_is_lost_and_nothing_revoked_comes_back(
    gateway: Gateway, system: System, admin: AdminApi, register, browser: Browser, new_browser
) -> None:
    client: OAuthClient = register()
    granted = client.tokens_by_code(browser, scope="openid profile notes:read notes:write")
    headers = bearer(granted["access_token"])
    note = gateway.post("/api/notes", json={"title": "kept"}, headers=headers).json()
    revoked = client.tokens_by_password(browser.username)
    client.revoke(revoked["refresh_token"])
    rotated = client.tokens_by_password(browser.username)
    current = client.tokens("refresh_token", refresh_token=rotated["refresh_token"])
    open_code = client.get_code(browser)
    used_code = client.get_code(browser)
    by_used_code = client.tokens("authorization_code", **used_code)
    waiting: Browser = new_browser()
    consent = waiting.sign_in(waiting.open("/oauth/authorize", **client.authorization()[0]))
    keys = gateway.get("/oauth/jwks").json()

    system.restart("mongo")

    assert gateway.get("/api/me", headers=headers).json()["username"] == browser.username
    assert gateway.get(f"/api/notes/{note['id']}", headers=headers).json() == note
    assert gateway.get("/oauth/jwks").json() == keys
    assert waiting.submit(consent, decision="allow").is_redirect  # signed in still, its request still waits
    assert client.tokens("authorization_code", **open_code)
    assert client.tokens("refresh_token", refresh_token=current["refresh_token"])
    assert gateway.get("/api/me", headers=bearer(revoked["access_token"])).status_code == 401
    for token in (revoked["refresh_token"], rotated["refresh_token"]):
        refused = client.request_token("refresh_token", refresh_token=token)
        assert refused.json()["error"] == "invalid_grant"
    assert client.request_token("authorization_code", **used_code).json()["error"] == "invalid_grant"
    assert gateway.get("/api/me", headers=bearer(by_used_code["access_token"])).status_code == 401


def test_all_work_again_without_being_restarted(
    gateway: Gateway, system: System, web_app: OAuthClient, browser: Browser
) -> None:
    system.restart("mongo")
    for service in ("auth-service", "resource-api", "admin-ui"):
        assert gateway.get(f"/health/{service}").json() == {"status": "ok"}
    token = web_app.tokens_by_code(browser)["access_token"]
    assert gateway.get("/api/me", headers=bearer(token)).status_code == 200
    assert browser.open("/admin/").status_code == 200


def test_a_service_that_is_restarted_remembers_everything(
    gateway: Gateway, system: System, web_app: OAuthClient, browser: Browser
) -> None:
    tokens = web_app.tokens_by_code(browser, scope="openid profile")
    keys = gateway.get("/oauth/jwks").json()
    system.restart("auth-service")
    assert gateway.get("/oauth/jwks").json() == keys
    assert browser.username in browser.open("/").text
    assert gateway.get("/oauth/userinfo", headers=bearer(tokens["access_token"])).status_code == 200
    assert web_app.tokens("refresh_token", refresh_token=tokens["refresh_token"])
