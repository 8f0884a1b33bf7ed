"""What is measured, running: two replicas of one worker for each service, strategy and floor.

Replicas with addresses of their own, since two workers of one gunicorn accept connections from one socket: whichever
wakes first takes all that come at once. Kept open, as wrk keeps them, they leave the other worker idle for good. (The
gateway opens a connection a request: there whoever has time takes it.)
"""

import subprocess
import time
from collections.abc import Collection
from pathlib import Path
from typing import Self

from deploy.local import child_process, services
from deploy.local.secret_files import hexadecimal, key
from tests.benchmarks.answers import BenchmarkFailed, ask
from tests.benchmarks.database import Database
from tests.benchmarks.tokens import Tokens, issue

AUTH_SERVICE = "auth-service"
STRATEGIES = ("shared_database", "endpoint", "jwt")
#: Served with resource-api's own gunicorn settings, but another application.
OTHER_APPLICATIONS = {
    "floor": "tests.benchmarks.floor:create_app()",
    "unprotected": "tests.benchmarks.unprotected:create_app()",
}
NAMES = (AUTH_SERVICE, *STRATEGIES, *OTHER_APPLICATIONS)
REPLICAS = 2
PATIENCE = 60  # seconds until a server answers


class Servers:
    """Some of them; as a context manager they are started, given tokens to check, stopped and forgotten."""

    tokens: Tokens

    def __init__(self, database: Database, names: Collection[str], source: Path = services.PROJECT) -> None:
        """Services of the source tree, run in our environment; auth-service, which gives the tokens, always."""
        self.database = database
        self._names = [name for name in NAMES if name in names or name == AUTH_SERVICE]
        self._source = source
        self._name = database.new_name()
        self._logs = database.directory / self._name
        ports = iter(child_process.free_ports(len(self._names) * REPLICAS))
        self._ports = {name: [next(ports) for _ in range(REPLICAS)] for name in self._names}
        self._pids: dict[str, list[int]] = {}
        self._resource_api_secret = hexadecimal()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        for pid in (pid for pids in self._pids.values() for pid in pids):
            child_process.stop(child_process.identify(pid))
        self.database.drop(self._name)

    def url(self, name: str, replica: int = 0) -> str:
        """Where a server answers."""
        return f"http://127.0.0.1:{self._ports[name][replica]}"

    def ports(self, name: str) -> tuple[int, ...]:
        """Where each replica listens."""
        return tuple(self._ports[name])

    def our_gunicorns(self) -> dict[str, list[int]]:
        """The gunicorn processes of those that are a service of ours, by the server's name."""
        return {name: pids for name, pids in self._pids.items() if name not in OTHER_APPLICATIONS}

    def masters(self, *names: str) -> tuple[tuple[int, ...], ...]:
        """For each replica the gunicorn processes of these servers."""
        return tuple(zip(*(self._pids[name] for name in names), strict=True))

    def _start(self) -> None:
        settings = self._auth_service_settings()
        migration = services.gatehouse("migrate")
        environment = services.base_environment() | settings | self._python_path("auth-service")
        migrated = subprocess.run(migration, env=environment, capture_output=True, text=True)
        if migrated.returncode:
            raise BenchmarkFailed(f"{' '.join(migration)} failed: {migrated.stderr[-1500:]}")
        self._serve(AUTH_SERVICE, "auth-service", [settings] * REPLICAS)
        self._await_health(AUTH_SERVICE)
        self.tokens = issue(self.url(AUTH_SERVICE))
        others = self._names[1:]
        for name in others:
            strategy = name if name in STRATEGIES else STRATEGIES[0]
            self._serve(name, "resource-api", self._resource_api_settings(strategy))
        for name in others:
            self._await_health(name)

    def _serve(self, name: str, service: str, settings: list[dict[str, str]]) -> None:
        command = services.gunicorn(service)
        command[-1] = OTHER_APPLICATIONS.get(name, command[-1])
        for port, own in zip(self._ports[name], settings, strict=True):
            place = {"WEB_BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1"}
            environment = services.base_environment() | own | self._python_path(service) | place
            pid = child_process.start(command, self._log(name, port), environment, self._source / service)
            self._pids.setdefault(name, []).append(pid)

    def _python_path(self, service: str) -> dict[str, str]:
        """The service from the source tree, whatever is installed; the floors from this one."""
        return {"PYTHONPATH": f"{self._source / service / 'src'}:{services.PROJECT}"}

    def _log(self, name: str, port: int) -> Path:
        self._logs.mkdir(exist_ok=True)
        return self._logs / f"{name}-{port}.log"

    def _await_health(self, name: str) -> None:
        """Return once all replicas answer; raises BenchmarkFailed with the end of a log."""
        deadline = time.monotonic() + PATIENCE
        for port, pid in zip(self._ports[name], self._pids[name], strict=True):
            while True:
                try:
                    ask("GET", f"http://127.0.0.1:{port}/health", {})
                    break
                except BenchmarkFailed as failure:
                    ended = not child_process.is_running(child_process.identify(pid))
                    if ended or time.monotonic() > deadline:
                        log = self._log(name, port).read_text()[-1500:]
                        message = f"{name} does not answer ({failure}); its log:\n{log}"
                        raise BenchmarkFailed(message) from None
                time.sleep(0.1)

    def _auth_service_settings(self) -> dict[str, str]:
        return {
            "GATEHOUSE_ISSUER": self.url(AUTH_SERVICE),
            "GATEHOUSE_PROFILE": "compat",
            "GATEHOUSE_DEMO": "true",
            "GATEHOUSE_MONGODB_URI": self.database.uri,
            "GATEHOUSE_MONGODB_DATABASE": self._name,
            "GATEHOUSE_SECRET_KEY": hexadecimal(),
            "GATEHOUSE_KEY_ENCRYPTION_KEY": key(),
            "GATEHOUSE_RESOURCE_API_CLIENT_SECRET": self._resource_api_secret,
        }

    def _resource_api_settings(self, strategy: str) -> list[dict[str, str]]:
        """Each replica asks an auth-service of its own."""
        shared = {
            "RESOURCE_API_ISSUER": self.url(AUTH_SERVICE),
            "RESOURCE_API_INTROSPECTION": strategy,
            "RESOURCE_API_CLIENT_SECRET": self._resource_api_secret,
            "RESOURCE_API_MONGODB_URI": self.database.uri,
            "RESOURCE_API_MONGODB_DATABASE": f"{self._name}_api",
            "RESOURCE_API_GATEHOUSE_DATABASE": self._name,
            "BENCHMARK_SUB": self.tokens.sub,
        }
        endpoints = (f"{self.url('auth-service', replica)}/oauth/introspect" for replica in range(REPLICAS))
        return [shared | {"RESOURCE_API_INTROSPECTION_ENDPOINT": endpoint} for endpoint in endpoints]
