"""Each container has what it needs, and nothing more."""

import json

import pytest

from tests.e2e.compose_system import ComposeSystem, inspect

SERVICES = ["auth-service", "resource-api", "admin-ui", "gateway"]
MAY_RESOURCE_API = """
import json, os
from pathlib import Path
from pymongo import MongoClient
from pymongo.errors import OperationFailure

client = MongoClient(Path("/run/secrets/resource_api_mongodb_uri").read_text())
gatehouse, own = client.gatehouse, client.resource_api
NOT_AUTHORIZED = 13


def may(action):
    try:
        action()
    except OperationFailure as error:
        if error.code != NOT_AUTHORIZED:
            raise
        return False
    return True


print(json.dumps({
    "read access_tokens": may(lambda: gatehouse.access_tokens.find_one()),
    "read client_profiles": may(lambda: gatehouse.client_profiles.find_one()),
    "read user_profiles": may(lambda: gatehouse.user_profiles.find_one()),
    "read users": may(lambda: gatehouse.users.find_one()),
    "read clients": may(lambda: gatehouse.clients.find_one()),
    "read refresh_tokens": may(lambda: gatehouse.refresh_tokens.find_one()),
    "read sessions": may(lambda: gatehouse.sessions.find_one()),
    "read signing_keys": may(lambda: gatehouse.signing_keys.find_one()),
    "insert access_tokens": may(lambda: gatehouse.access_tokens.insert_one({"_id": "forged"})),
    "update access_tokens": may(lambda: gatehouse.access_tokens.update_one({}, {"$set": {"scope": "admin:write"}})),
    "delete access_tokens": may(lambda: gatehouse.access_tokens.delete_one({"_id": "none"})),
    "insert user_profiles": may(lambda: gatehouse.user_profiles.insert_one({"_id": "forged"})),
    "change the view": may(lambda: gatehouse.command("collMod", "user_profiles", viewOn="users", pipeline=[])),
    "create a user": may(lambda: client.admin.command("createUser", "forged", pwd="forged", roles=[])),
    "write its own": may(lambda: own.isolation.replace_one({"_id": 1}, {}, upsert=True)),
    "drop its own": may(lambda: own.isolation.drop()),
    "credentials": [field for document in (gatehouse.user_profiles.find_one(), gatehouse.client_profiles.find_one())
                    for field in document if field in ("password_hash", "secrets")],
}))
"""
ALLOWED = {
    "read access_tokens",
    "read client_profiles",
    "read user_profiles",
    "write its own",
    "drop its own",
}


def test_resource_api_reads_tokens_and_views_and_writes_only_its_own(system: ComposeSystem) -> None:
    may = json.loads(system.execute("resource-api", "python3", "-c", MAY_RESOURCE_API))
    assert may.pop("credentials") == []
    assert {action for action, allowed in may.items() if allowed} == ALLOWED


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_is_confined(system: ComposeSystem, service: str) -> None:
    [container] = system.containers(service)
    assert inspect(container, "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}") == "10001:10001 true"
    assert inspect(container, "{{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}}") == "[ALL] []"
    assert "no-new-privileges" in inspect(container, "{{.HostConfig.SecurityOpt}}")


@pytest.mark.parametrize(
    ("service", "names"),
    [
        ("auth-service", {"gatehouse_mongodb_uri", "gatehouse_secret_key", "gatehouse_key_encryption_key"}),
        ("resource-api", {"resource_api_mongodb_uri", "resource_api_client_secret"}),
        ("admin-ui", {"admin_ui_secret_key", "admin_ui_client_secret"}),
        ("mongo", {"replica_set_key"}),
    ],
)
def test_a_service_sees_its_own_secrets_alone(system: ComposeSystem, service: str, names: set[str]) -> None:
    assert set(system.execute(service, "ls", "/run/secrets").split()) == names


@pytest.mark.parametrize("service", ["admin-ui", "gateway"])
def test_what_has_no_database_cannot_reach_it(system: ComposeSystem, service: str) -> None:
    [mongo] = system.containers("mongo")
    address = inspect(mongo, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
    attempt = f"timeout 2 bash -c '</dev/tcp/{address}/27017' 2>/dev/null && echo reached || echo closed"
    assert system.execute(service, "bash", "-c", attempt).strip() == "closed"
    assert system.execute("auth-service", "bash", "-c", attempt).strip() == "reached"


def test_only_the_gateway_is_published_and_on_loopback(system: ComposeSystem) -> None:
    published = system.compose("ps", "--format", "{{.Service}} {{.Ports}}").splitlines()
    assert [line for line in published if "->" in line] == [f"gateway 127.0.0.1:{system.port}->8000/tcp"]
