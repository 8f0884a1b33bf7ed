"""What is measured, running: MongoDB, and a gunicorn with two workers for each service, strategy and floor."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from pymongo import MongoClient

from deploy.local import child_process, services
from deploy.local.mongod import Mongod
from deploy.local.secret_files import hexadecimal, key
from tests.benchmarks.answers import BenchmarkFailed, ask
from tests.benchmarks.tokens import Tokens, issue

PROJECT = services.PROJECT
STRATEGIES = ("shared_database", "endpoint", "jwt")
#: Served with resource-api's own gunicorn settings, but another application.
OTHER_APPLICATIONS = {
    "floor": "tests.benchmarks.floor:create_app()",
    "unprotected": "tests.benchmarks.unprotected:create_app()",
}
NAMES = ("auth-service", *STRATEGIES, *OTHER_APPLICATIONS)
WORKERS = 2
PATIENCE = 60  # seconds until a server answers


class Servers:
    """All of them; as a context manager they are started, given tokens to check, stopped and removed."""

    tokens: Tokens

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="gatehouse-benchmark-"))
        self._ports = dict(zip(NAMES, child_process.free_ports(len(NAMES)), strict=True))
        self._pids: dict[str, int] = {}
        self._mongod = Mongod(self.directory / "mongo")
        self._given_uri = os.environ.get("MONGODB_URI")
        self._uri = self._given_uri or ""
        self._database = f"benchmark_{secrets.token_hex(6)}"
        self._resource_api_secret = hexadecimal()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        for pid in self._pids.values():
            child_process.stop(child_process.identify(pid))
        if self._given_uri:
            with MongoClient(self._given_uri) as client:
                client.drop_database(self._database)
                client.drop_database(f"{self._database}_api")
        self._mongod.stop()
        shutil.rmtree(self.directory)

    @property
    def mongod(self) -> int | None:
        """The database's process; None when it is somebody else's."""
        return self._mongod.pid

    def url(self, name: str) -> str:
        """Where a server answers."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def masters(self, *names: str) -> tuple[int, ...]:
        """The gunicorn processes of these servers."""
        return tuple(self._pids[name] for name in names)

    def _start(self) -> None:
        self._uri = self._given_uri or self._mongod.start().uri
        settings = self._auth_service_settings()
        migration = services.gatehouse("migrate")
        subprocess.run(migration, env=services.base_environment() | settings, check=True)
        self._serve("auth-service", "auth-service", settings)
        self._await_health("auth-service")
        self.tokens = issue(self.url("auth-service"))
        for strategy in STRATEGIES:
            self._serve(strategy, "resource-api", self._resource_api_settings(strategy))
        for name in OTHER_APPLICATIONS:
            self._serve(name, "resource-api", self._resource_api_settings(STRATEGIES[0]))
        for name in NAMES:
            self._await_health(name)

    def _serve(self, name: str, service: str, settings: dict[str, str]) -> None:
        command = services.gunicorn(service)
        command[-1] = OTHER_APPLICATIONS.get(name, command[-1])
        environment = services.base_environment() | settings
        environment |= {
            "WEB_BIND": f"127.0.0.1:{self._ports[name]}",
            "WEB_WORKERS": str(WORKERS),
            "PYTHONPATH": str(PROJECT),
        }
        log = self.directory / f"{name}.log"
        self._pids[name] = child_process.start(command, log, environment, PROJECT / service)

    def _await_health(self, name: str) -> None:
        """Return once it answers; raises BenchmarkFailed with the end of its log."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                ask("GET", f"{self.url(name)}/health", {})
                return
            except BenchmarkFailed as failure:
                ended = not child_process.is_running(child_process.identify(self._pids[name]))
                if ended or time.monotonic() > deadline:
                    log = (self.directory / f"{name}.log").read_text()[-1500:]
                    raise BenchmarkFailed(f"{name} does not answer ({failure}); its log:\n{log}") from None
            time.sleep(0.1)

    def _auth_service_settings(self) -> dict[str, str]:
        return {
            "GATEHOUSE_ISSUER": self.url("auth-service"),
            "GATEHOUSE_PROFILE": "compat",
            "GATEHOUSE_DEMO": "true",
            "GATEHOUSE_MONGODB_URI": self._uri,
            "GATEHOUSE_MONGODB_DATABASE": self._database,
            "GATEHOUSE_SECRET_KEY": hexadecimal(),
            "GATEHOUSE_KEY_ENCRYPTION_KEY": key(),
            "GATEHOUSE_RESOURCE_API_CLIENT_SECRET": self._resource_api_secret,
        }

    def _resource_api_settings(self, strategy: str) -> dict[str, str]:
        return {
            "RESOURCE_API_ISSUER": self.url("auth-service"),
            "RESOURCE_API_INTROSPECTION": strategy,
            "RESOURCE_API_CLIENT_SECRET": self._resource_api_secret,
            "RESOURCE_API_MONGODB_URI": self._uri,
            "RESOURCE_API_MONGODB_DATABASE": f"{self._database}_api",
            "RESOURCE_API_GATEHOUSE_DATABASE": self._database,
            "BENCHMARK_SUB": self.tokens.sub,
        }
