"""A local system: MongoDB, the three services and the development gateway as processes of this machine."""

import fcntl
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.local import child_process, secret_files, services
from deploy.local.mongod_binary import MongodUnavailable
from deploy.local.services import PROJECT, SERVICES, Addresses

if TYPE_CHECKING:
    from deploy.local.mongod import Mongod

HEALTH_PATIENCE = 60  # seconds


class SystemFailed(Exception):
    """The system cannot run; the message is for the person at the terminal."""


class System:
    """One local system, known by its gateway's port; its files are in `.gatehouse/<port>` or `directory`."""

    def __init__(
        self,
        port: int,
        profile: str = "compat",
        directory: Path | None = None,
        *,
        replicas: int = 1,
        settings: dict[str, dict[str, str]] | None = None,
        outlive_us: bool = False,
    ) -> None:
        """`replicas` of auth-service and resource-api; `settings` adds variables to a service's own."""
        self.port = port
        self.profile = profile
        self.directory = directory or PROJECT / ".gatehouse" / str(port)
        self.logs = self.directory / "logs"
        self.secrets = self.directory / "secrets"
        self.data = self.directory / "data"
        self.url = f"http://127.0.0.1:{port}"
        self._replicas = replicas
        self._settings = settings or {}
        self._outlive_us = outlive_us
        self._state_file = self.directory / "state.json"
        self._processes: dict[str, child_process.Identity] = {}
        self._addresses: Addresses | None = None
        self.running_profile = profile
        self._read_state()

    @property
    def addresses(self) -> Addresses:
        """Where things listen; chosen when the system starts."""
        if self._addresses is None:
            raise SystemFailed(f"no system was started on port {self.port}")
        return self._addresses

    def running(self) -> dict[str, bool]:
        """Return the processes by name, in the order of their start, and whether each runs."""
        return {name: child_process.is_running(identity) for name, identity in self._processes.items()}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other starts of this system away; raises SystemFailed where one is under way."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "start.locked").open("w") as lock:  # let go when we end, however we do
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SystemFailed(f"another start on port {self.port} is under way") from None
            self._read_state()  # a start may have ended since
            yield

    def start(self) -> None:
        """Start everything and return when the gateway says that all is healthy; raises SystemFailed.

        When anything fails, what was started is stopped again.
        """
        if any(self.running().values()):
            raise SystemFailed(
                f"a local system, or a part of one, runs on port {self.port} already; "
                f"`make down PORT={self.port}` stops it"
            )
        if child_process.port_is_taken(self.port):
            raise SystemFailed(f"port {self.port} is taken by something else; choose another with PORT=")
        self._choose_addresses()
        shutil.rmtree(self.logs, ignore_errors=True)  # those of the last run, which would grow for ever
        self.logs.mkdir(parents=True)
        with self._all_or_nothing():
            self.start_service("mongo")
            self._migrate()
            for service in SERVICES:
                self.start_service(service)
            self._run("gateway", services.gateway(self.addresses), services.base_environment(), PROJECT)
            self.await_health()

    def stop(self) -> None:
        """Stop everything, the gateway first and MongoDB last; the data stays."""
        for name in self._processes.keys() - {"gateway", "mongo"}:
            child_process.ask_to_end(self._processes[name])  # all at once: each takes a second to end
        for name in reversed(list(self._processes)):
            child_process.stop(self._processes.pop(name))
            self._write_state()
        self._state_file.unlink(missing_ok=True)

    def purge(self) -> None:
        """Remove the data, the secrets and the logs for good."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def start_service(self, name: str) -> None:
        """Start `mongo` or all replicas of a service, at the addresses that they had."""
        if name == "mongo":
            self._start_mongo()
            return
        environment = services.base_environment() | services.settings(
            name, self.addresses, self.profile, self.secrets
        )
        for replica, port in enumerate(self.addresses.services[name], 1):
            own = {**environment, **self._settings.get(name, {}), "WEB_BIND": f"127.0.0.1:{port}"}
            process = name if replica == 1 else f"{name}-{replica}"
            self._run(process, services.gunicorn(name), own, PROJECT / name)

    def stop_service(self, name: str) -> None:
        """Stop `mongo`, `gateway`, all replicas of a service, or one by its name, like `auth-service-2`."""
        for process in [p for p in self._processes if p == name or p.rpartition("-")[0] == name]:
            child_process.stop(self._processes.pop(process))
            self._write_state()

    def await_health(self, patience: float = HEALTH_PATIENCE) -> None:
        """Return when the gateway reports every service healthy; raises SystemFailed otherwise."""
        deadline = time.monotonic() + patience
        missing = list(SERVICES)
        while missing:
            self._check_that_all_run()
            missing = [service for service in missing if not self._is_healthy(service)]
            if missing and time.monotonic() > deadline:
                raise SystemFailed(self._report(missing[0], f"is not healthy after {patience:.0f} seconds"))
            time.sleep(0.05 if missing else 0)

    @property
    def root_uri(self) -> str:
        """The database's own administrator, whom no service ever is."""
        return self._mongod().uri

    def log(self, name: str) -> str:
        """Return the whole log of a process."""
        path = self.logs / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _choose_addresses(self) -> None:
        count = {"auth-service": self._replicas, "resource-api": self._replicas, "admin-ui": 1}
        mongo, *free = child_process.free_ports(1 + sum(count.values()))
        ports = {name: [free.pop() for _ in range(replicas)] for name, replicas in count.items()}
        self._addresses = Addresses(self.port, mongo, ports)

    def _start_mongo(self) -> None:
        mongod = self._mongod()
        try:
            pid = mongod.spawn()
            self._remember("mongo", pid)  # before the wait: even who is killed meanwhile leaves it to `down`
            mongod.await_primary(pid)
        except MongodUnavailable as reason:
            raise SystemFailed(f"MongoDB did not start: {reason}") from None

    def _mongod(self) -> "Mongod":
        from deploy.local.mongod import Mongod  # needs pymongo, which the Python that stops us may lack

        return Mongod(
            self.data,
            self.addresses.mongo,
            auth=True,
            secrets_dir=self.secrets,
            log=self.logs / "mongo.log",
            outlive_us=self._outlive_us,
        )

    def _migrate(self) -> None:
        settings = services.migration_settings(self.addresses, self.profile, self.secrets, self.root_uri)
        for name, value in settings.items():  # so that somebody's `gatehouse` finds them too
            secret_files.write(self.directory / "gatehouse", name.lower(), value)
        environment = services.base_environment() | settings | self._settings.get("auth-service", {})
        log = self.logs / "migrate.log"
        with log.open("wb") as output:
            done = subprocess.run(
                services.gatehouse("migrate"),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        if done.returncode:
            raise SystemFailed(self._report("migrate", "failed"))

    def _run(self, name: str, command: list[str], environment: dict[str, str], cwd: Path) -> None:
        log = self.logs / f"{name}.log"
        self._remember(name, child_process.start(command, log, environment, cwd, self._outlive_us))

    def _check_that_all_run(self) -> None:
        for name, runs in self.running().items():
            if not runs:
                raise SystemFailed(self._report(name, "ended while it was starting"))

    def _is_healthy(self, service: str) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/{service}", timeout=3) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _report(self, name: str, fault: str, lines: int = 15) -> str:
        """Say what is wrong in one block, with the end of the log that tells why."""
        end = self.log(name).strip().splitlines()[-lines:]
        return "\n".join(
            [f"{name} {fault}. The end of {self.logs / f'{name}.log'}:", *(f"  | {line}" for line in end)]
        )

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.stop()
            raise

    def _remember(self, name: str, pid: int) -> None:
        self._processes[name] = child_process.identify(pid)
        self._write_state()

    def _write_state(self) -> None:
        """Keep the state on disk at each step, whole or not at all: even an interrupted start can be stopped."""
        state = {
            "profile": self.profile,
            "addresses": asdict(self.addresses),
            "processes": self._processes,
        }
        self.directory.mkdir(parents=True, exist_ok=True)
        draft = self._state_file.with_suffix(".new")
        draft.write_text(json.dumps(state, indent=2) + "\n")
        draft.replace(self._state_file)

    def _read_state(self) -> None:
        if self._state_file.exists():
            state: dict[str, Any] = json.loads(self._state_file.read_text())
            self.running_profile = state["profile"]
            self._addresses = Addresses(**state["addresses"])
            self._processes = {name: child_process.Identity(*it) for name, it in state["processes"].items()}
