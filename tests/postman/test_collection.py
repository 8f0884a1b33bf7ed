"""The Postman collection: newman runs it, and it is complete."""

import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
EXAMPLES = PROJECT / "request_examples"
COLLECTION = EXAMPLES / "gatehouse.postman_collection.json"
ENVIRONMENT = EXAMPLES / "gatehouse.postman_environment.json"
NEWMAN = HERE / "node_modules" / "newman" / "bin" / "newman.js"
PATIENCE = 300  # seconds


def node() -> str | None:
    """The machine's Node, or the one that the project's environment got from PyPI."""
    return shutil.which("node") or shutil.which("node", path=str(PROJECT / ".venv" / "bin"))


def requests_of(folder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All requests of a collection or folder, in their order."""
    for item in folder["item"]:
        yield from requests_of(item) if "item" in item else [item]


def script_of(request: dict[str, Any], listen: str) -> str:
    """A request's script that runs before (`prerequest`) or after it (`test`)."""
    scripts = [event["script"]["exec"] for event in request["event"] if event["listen"] == listen]
    return "\n".join(line for script in scripts for line in script)


@pytest.fixture(scope="module")
def collection() -> dict[str, Any]:
    return json.loads(COLLECTION.read_text())


def test_newman_runs_every_request_and_all_its_tests_pass(gateway_url, collection, tmp_path):
    assert node() and NEWMAN.exists(), "run `npm ci` in tests/postman first; `make test` does"
    report = tmp_path / "report.json"
    command = [node(), NEWMAN, "run", COLLECTION, "--environment", ENVIRONMENT]
    command += ["--env-var", f"base_url={gateway_url}", "--reporters", "json"]
    command += ["--reporter-json-export", report, "--timeout-request", "30000"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, "NO_PROXY": "127.0.0.1"}
    )
    assert report.exists(), done.stderr + done.stdout
    run = json.loads(report.read_text())["run"]
    failures = [
        f"{failure.get('parent', {}).get('name', '')} / {failure['source']['name']}: "
        f"{failure['error'].get('test', failure['error']['name'])}: {failure['error']['message']}"
        for failure in run["failures"]
    ]
    assert not failures, "\n" + "\n".join(failures)
    assert done.returncode == 0, done.stderr + done.stdout
    names = [execution["item"]["name"] for execution in run["executions"]]
    assert names == [request["name"] for request in requests_of(collection)]


@pytest.mark.parametrize("document", ["openid-configuration", "oauth-authorization-server"])
def test_the_collection_names_every_url_of_the_discovery_document(gateway_url, collection, document):
    with urllib.request.urlopen(f"{gateway_url}/.well-known/{document}") as answer:
        metadata = json.load(answer)
    advertised = {
        value.removeprefix(gateway_url)
        for value in metadata.values()
        if isinstance(value, str) and value.startswith(f"{gateway_url}/")
    }
    requested = {
        request["request"]["url"]["raw"].partition("?")[0].removeprefix("{{base_url}}")
        for request in requests_of(collection)
    }
    assert "/oauth/token" in advertised
    assert advertised <= requested


def test_every_request_has_tests_of_its_own(collection):
    silent = [
        request["name"] for request in requests_of(collection) if "pm.test(" not in script_of(request, "test")
    ]
    assert silent == []


def test_every_variable_is_declared(collection):
    declared = {variable["key"] for variable in collection["variable"]}
    declared |= {value["key"] for value in json.loads(ENVIRONMENT.read_text())["values"]}
    unknown = {}
    for request in requests_of(collection):
        used = set(re.findall(r"\{\{(\w+)\}\}", json.dumps(request["request"])))
        own = set(re.findall(r"pm\.variables\.set\('(\w+)'", script_of(request, "prerequest")))
        if used - declared - own:
            unknown[request["name"]] = used - declared - own
    assert unknown == {}


def test_the_environment_holds_the_demos_secrets_alone():
    values = {value["key"]: value["value"] for value in json.loads(ENVIRONMENT.read_text())["values"]}
    secrets = {name: value for name, value in values.items() if name.endswith("_secret")}
    assert len(secrets) == 4
    for name, secret in secrets.items():
        assert secret == values[name.removesuffix("_secret") + "_id"] + "-secret"
    assert values["password"] == "valid"
