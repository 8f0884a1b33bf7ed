"""The lines that a client's page has ready are pasted into a shell, and do what they say."""

import html
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.browser import Browser
from tests.e2e.oauth_client import DEVICE_CODE, OAuthClient

METHODS = ("client_secret_basic", "client_secret_post", "none")
IMPLICIT = {
    "grant_types": ["implicit"],
    "response_types": ["token"],
    "application_type": "native",
    "token_endpoint_auth_method": "none",
}


@pytest.fixture
def snippet(new_browser: Callable[..., Browser]) -> Callable[..., str]:
    """A function that reads the code on a client's page."""
    admin = new_browser("admin")
    admin.sign_in()

    def read(client: OAuthClient, language: str) -> str:
        page = admin.open(f"/admin/clients/{client.client_id}").text
        [text] = re.findall(rf'<pre id="quickstart-{language}"[^>]*>(.*?)</pre>', page, re.DOTALL)
        return html.unescape(text)

    return read


@pytest.fixture
def lines(snippet: Callable[..., str]) -> Callable[..., list[str]]:
    """A function that reads a client's lines for the shell, its secret filled in, as the steps that they are."""

    def read(client: OAuthClient) -> list[str]:
        text = snippet(client, "curl").replace("CLIENT_SECRET='...'", f"CLIENT_SECRET='{client.secret}'")
        return re.split(r"^# \d\. .*\n", text, flags=re.MULTILINE)[1:] or [text]

    return read


def paste(script: str, **variables: str) -> str:
    """What the lines print, with these values in place of the dots."""
    for name, value in variables.items():
        assert f"{name}='...'" in script
        script = script.replace(f"{name}='...'", f"{name}='{value}'")
    assert "..." not in script
    script = script.replace("curl ", "curl --silent --show-error --noproxy '*' ")
    return run(["bash", "-euc", script])


def run(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, env=os.environ | environment | {"NO_PROXY": "*"}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def username_of(printed: str) -> str:
    return json.loads(printed)["username"]


@pytest.mark.parametrize("method", METHODS)
def test_the_code_flow(register, lines, browser: Browser, method: str) -> None:
    start, redeem, call, refresh = lines(client := register(token_endpoint_auth_method=method))
    address, verifier = paste(start + 'echo "$VERIFIER"').split()
    answer = browser.visit_for_client(address)
    code = re.findall(r"[?&]code=([^&]+)", answer)[0]
    tokens = json.loads(paste(f"VERIFIER={verifier}\n{redeem}", CODE=code))
    client.gateway.used_secrets.collect_members(tokens)
    assert username_of(paste(call, ACCESS_TOKEN=tokens["access_token"])) == browser.username
    secret = "" if client.secret is None else f"CLIENT_SECRET='{client.secret}'\n"  # as it was set above
    renewed = json.loads(paste(secret + refresh, REFRESH_TOKEN=tokens["refresh_token"]))
    assert username_of(paste(call, ACCESS_TOKEN=renewed["access_token"])) == browser.username


@pytest.mark.parametrize("method", METHODS[:2])
@pytest.mark.parametrize(
    ("scope", "member"), [("profile", "id"), ("notes:read", "items"), ("email", "active")]
)
def test_a_machine(register, lines, method: str, scope: str, member: str) -> None:
    """All of it in one go: with the first API that the scope opens, or with none of ours."""
    machine = {"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": []}
    client = register(**machine, scope=scope, token_endpoint_auth_method=method)
    token, answer = paste("".join(lines(client))).split("\n", 1)
    client.gateway.used_secrets.collect_members({"access_token": token})
    assert json.loads(answer)[member] is not False


@pytest.mark.parametrize("method", METHODS)
def test_a_device(register, lines, browser: Browser, method: str) -> None:
    grants = {"grant_types": [DEVICE_CODE, "refresh_token"], "response_types": [], "redirect_uris": []}
    client = register(**grants, scope="openid profile", token_endpoint_auth_method=method)
    start, _, poll, call, refresh = lines(client)
    codes = json.loads(paste(start))
    browser.decide_for_device(codes["user_code"])
    secret = "" if client.secret is None else f"CLIENT_SECRET='{client.secret}'\n"
    tokens = json.loads(paste(secret + poll, DEVICE_CODE=codes["device_code"]))
    assert username_of(paste(call, ACCESS_TOKEN=tokens["access_token"])) == browser.username
    assert json.loads(paste(secret + refresh, REFRESH_TOKEN=tokens["refresh_token"]))["access_token"]


def test_implicit(register, lines, browser: Browser) -> None:
    start, call = lines(register(**IMPLICIT, scope="profile"))
    answer = urlsplit(browser.visit_for_client(paste(start).strip())).fragment
    token = re.findall(r"access_token=([^&]+)", answer)[0]
    assert username_of(paste(call, ACCESS_TOKEN=token)) == browser.username


def test_a_resource_server(lines, resource_server: OAuthClient, web_app: OAuthClient) -> None:
    token = web_app.tokens("client_credentials")["access_token"]
    [ask] = lines(resource_server)
    assert json.loads(paste(ask, TOKEN=token))["active"] is True


def test_a_machine_in_python_and_in_javascript(register, snippet, tmp_path) -> None:
    machine = {"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": []}
    client = register(**machine, scope="profile")
    node = shutil.which("node") or str(
        Path(sys.executable).parent / "node"
    )  # ours, where the machine has none
    for language, command, name in (("python", sys.executable, "call.py"), ("javascript", node, "call.mjs")):
        script = tmp_path / name
        script.write_text(snippet(client, language))
        printed = run([command, str(script)], CLIENT_SECRET=str(client.secret))
        assert client.client_id in printed


@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_the_code_flow_in_python(register, snippet, browser: Browser, method: str) -> None:
    client = register(token_endpoint_auth_method=method, scope="profile")
    source = snippet(client, "python").replace('verifier = "..."', f'verifier = "{secrets.token_hex(32)}"')
    source = source.replace('client_secret="..."', f'client_secret="{client.secret}"')
    assert '"..."' not in source
    with subprocess.Popen(
        [sys.executable, "-u", "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as script:
        assert script.stdin and script.stdout
        answer = browser.visit_for_client(script.stdout.readline().strip())
        printed, _ = script.communicate(f"{answer}\n", timeout=30)
    assert script.returncode == 0
    assert f"'username': '{browser.username}'" in printed
