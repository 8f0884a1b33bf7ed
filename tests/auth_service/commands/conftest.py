"""The script on a migrated database of its own, outside of demo mode."""

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result
from pymongo import MongoClient

from auth_service.commands import cli

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run `gatehouse` with these arguments; keywords are variables of the environment that are different."""
    environment = {
        "GATEHOUSE_ISSUER": "http://127.0.0.1:5000",
        "GATEHOUSE_PROFILE": "compat",
        "GATEHOUSE_DEMO": "false",
        "GATEHOUSE_MONGODB_URI": mongodb_uri,
        "GATEHOUSE_MONGODB_DATABASE": f"test_{secrets.token_hex(6)}",
        "GATEHOUSE_SIGNING_ALGORITHMS": "RS256 ES256",
        "GATEHOUSE_SECRET_KEY": "s" * 32,
        "GATEHOUSE_KEY_ENCRYPTION_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
        "GATEHOUSE_SECRETS_DIR": str(tmp_path_factory.mktemp("secrets")),
    }

    def gatehouse(*arguments: str, input: str | None = None, **changes: str) -> Result:
        log = structlog.get_config()  # which a command sends elsewhere, for what would be its own process
        try:
            return CliRunner(env=environment | changes).invoke(cli, list(arguments), input=input)
        finally:
            structlog.configure(**log)

    assert gatehouse("migrate").exit_code == 0
    yield gatehouse
    with MongoClient(mongodb_uri) as client:
        client.drop_database(environment["GATEHOUSE_MONGODB_DATABASE"])


def made(result: Result) -> dict[str, Any]:
    """The JSON object that a successful command printed, and nothing beside it."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)
