"""The commands of the README that this project grew from, line by line, with the real curl."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

CLIENT = "demo-web:demo-web-secret"


@pytest.fixture
def curl(gateway: Gateway):
    """A function that runs curl with these arguments and returns the JSON that it printed."""

    def run(*arguments: str) -> dict[str, Any]:
        command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
        answer = json.loads(done.stdout)
        gateway.used_secrets.collect_members(answer)
        return answer

    return run


@pytest.mark.rfc("6749 §4.3")
def test_password_flow(curl, gateway: Gateway, browser: Browser) -> None:
    username = browser.username
    tokens = curl(
        *("-u", CLIENT, "-XPOST", f"{gateway.url}/oauth/token", "-F", "grant_type=password"),
        *("-F", f"username={username}", "-F", "password=valid", "-F", "scope=profile"),
    )
    assert tokens["token_type"] == "Bearer"
    me = curl("-H", f"Authorization: Bearer {tokens['access_token']}", f"{gateway.url}/api/me")
    assert me["username"] == username
    assert me["id"]


@pytest.mark.rfc("6749 §4.1")
def test_authorization_code_flow(curl, gateway: Gateway, browser: Browser) -> None:
    # open http://127.0.0.1:5000/oauth/authorize?response_type=code&client_id=${client_id}&scope=profile
    answer = browser.authorize(response_type="code", client_id="demo-web", scope="profile")
    assert answer.uri == "http://127.0.0.1:4600/callback"
    tokens = curl(
        *("-u", CLIENT, "-XPOST", f"{gateway.url}/oauth/token", "-F", "grant_type=authorization_code"),
        *("-F", "scope=profile", "-F", f"code={answer.query['code']}"),
    )
    me = curl("-H", f"Authorization: Bearer {tokens['access_token']}", f"{gateway.url}/api/me")
    assert me["username"] == browser.username


@pytest.mark.rfc("6749 §4.2")
def test_implicit_grant_for_a_client_of_method_none(curl, gateway: Gateway, browser: Browser) -> None:
    answer = browser.authorize(response_type="token", client_id="demo-implicit", scope="profile")
    token = answer.fragment["access_token"]
    me = curl("-H", f"Authorization: Bearer {token}", f"{gateway.url}/api/me")
    assert me["username"] == browser.username


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
def test_the_seeds_urls_take_multipart_forms(curl, gateway: Gateway, browser: Browser, path: str) -> None:
    password = ("-F", "grant_type=password", "-F", f"username={browser.username}", "-F", "password=valid")
    token = curl("-u", CLIENT, "-XPOST", f"{gateway.url}/oauth/token", *password)["access_token"]
    expected = {"/oauth/revoke": {}, "/oauth/introspect": {"active": True}}
    form = password if path == "/oauth/token" else ("-F", f"token={token}")
    answer = curl("-u", CLIENT, "-XPOST", gateway.url + path, *form)
    assert expected.get(path, {}).items() <= answer.items()
    assert "error" not in answer


def test_login_with_any_name_you_want(browser: Browser) -> None:
    home = browser.sign_in()
    assert browser.username in home.text


@pytest.mark.parametrize(
    ("client_id", "scope"),
    [
        ("demo-service", "profile notes:read notes:write"),
        ("demo-automation", "admin:read admin:write"),
    ],
)
def test_the_ready_made_clients_of_machines(curl, gateway: Gateway, client_id: str, scope: str) -> None:
    tokens = curl(
        *("-u", f"{client_id}:{client_id}-secret", f"{gateway.url}/oauth/token"),
        *("-d", "grant_type=client_credentials"),
    )
    assert set(tokens["scope"].split()) == set(scope.split())


def test_the_home_page_has_lines_to_paste(gateway: Gateway, browser: Browser) -> None:
    page = browser.open("/").text
    assert f"{gateway.url}/oauth/token" in page
    for name in ("web", "spa", "implicit", "device", "service", "api", "automation"):
        assert f"demo-{name}" in page
