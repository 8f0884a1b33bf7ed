"""The real docker-compose.yml as a fixture, by testcontainers: a system of its own, gone when the tests are."""

import os
import secrets
import shutil
import socket
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from testcontainers.compose import DockerCompose

PROJECT = Path(__file__).resolve().parents[2]
SERVICES = ("mongo", "auth-service", "resource-api", "admin-ui", "gateway")
HOST_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


class ComposeSystem:
    """A complete demo in containers; as a context manager it is started, stopped and removed with its data."""

    def __init__(self, port: int | None = None, profile: str = "compat") -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.name = f"gatehouse-test-{secrets.token_hex(4)}"
        self.settings = {
            "COMPOSE_PROJECT_NAME": self.name,
            "PORT": str(self.port),
            "BIND_ADDRESS": "127.0.0.1",
            "ISSUER": self.url,
            "PROFILE": profile,
            "DEMO": "true",
        }
        self._compose = Compose(self.settings)

    def start(self) -> "ComposeSystem":
        """Return when every container is healthy; images are built from the sources as they are."""
        self.settings |= build_settings()
        self._compose.start()
        return self

    def stop(self, keep_data: bool = False) -> None:
        """Remove the containers and, unless told otherwise, the data."""
        self.compose("down", "--timeout", "5", *([] if keep_data else ["--volumes"]))

    def __enter__(self) -> "ComposeSystem":
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def compose(self, *arguments: str) -> str:
        """Run `docker compose …` on this system and return what it printed; CalledProcessError if it fails."""
        return self._compose.run(*arguments)

    def scale(self, service: str, replicas: int) -> None:
        """Run so many replicas of the service, killed ones started again; return when they are healthy."""
        scale = ("--scale", f"{service}={replicas}", service)
        self.compose("up", "--detach", "--wait", "--no-deps", "--no-recreate", *scale)

    def containers(self, service: str) -> list[str]:
        """The ids of the service's running containers."""
        return self.compose("ps", "--quiet", service).split()

    def kill_one(self, service: str) -> str:
        """End one replica as a crash would, without a chance to finish anything; returns its id."""
        victim = self.containers(service)[0]
        subprocess.run(
            ["docker", "kill", "--signal", "KILL", victim], check=True, capture_output=True, timeout=30
        )
        return victim

    def restart(self, service: str) -> None:
        """Stop and start the service, and return when it is healthy."""
        self.stop_service(service)
        self.start_service(service)

    def stop_service(self, service: str) -> None:
        """Stop the service with all its replicas."""
        self.compose("stop", "--timeout", "5", service)

    def start_service(self, service: str) -> None:
        """Start what was stopped or killed, and return when it is healthy."""
        self.scale(service, len(self.compose("ps", "--all", "--quiet", service).split()))

    def restore(self) -> None:
        """One healthy container of every service again, whatever was scaled, stopped or killed."""
        self.compose("up", "--detach", "--wait", "--no-deps", "--no-recreate", *SERVICES)

    def execute(self, service: str, *command: str) -> str:
        """What the command prints in a running container of the service."""
        return self.compose("exec", "-T", service, *command)

    def remove(self, container: str) -> None:
        """Remove one container, running or not."""
        subprocess.run(["docker", "rm", "--force", container], check=True, capture_output=True, timeout=30)

    def logs(self) -> dict[str, str]:
        """What each container has written, by its name without the project's."""
        names = self.compose("ps", "--all", "--format", "{{.Name}}").split()
        return {name.removeprefix(f"{self.name}-"): container_log(name) for name in names}

    def own_secrets(self) -> list[str]:
        """What the services know each other and the database by, made on the first start."""
        show = ("sh", "-c", "for file in /run/secrets/*; do cat $file; echo; done")
        kept = [line for service in SERVICES[1:4] for line in self.execute(service, *show).splitlines()]
        return [urlsplit(line).password or line for line in kept]

    def database_uri(self) -> str:
        """The administrator's access to the database, over the container's own address (Linux only)."""
        command = ("cat", "/run/secrets/gatehouse_migrate_mongodb_uri")
        account = urlsplit(self.compose("run", "--rm", "--no-deps", "-T", "migrate", *command).strip()).netloc
        address = inspect(
            self.containers("mongo")[0], "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        )
        return (
            f"mongodb://{account.rpartition('@')[0]}@{address}:27017/?authSource=admin&directConnection=true"
        )


class Compose(DockerCompose):
    """Compose with settings that win over the environment's."""

    def __init__(self, settings: dict[str, str]) -> None:
        super().__init__(context=PROJECT, build=True, wait=True, pull=False)
        self._settings = settings

    @property
    def compose_command_property(self) -> list[str]:  # type: ignore[override]
        """The command that every other begins with."""
        return ["env", *(f"{name}={value}" for name, value in self._settings.items()), "docker", "compose"]

    def run(self, *arguments: str) -> str:
        """Run one command and return what it printed."""
        return self._run_command([*self.compose_command_property, *arguments]).stdout.decode()


@cache
def build_settings() -> dict[str, str]:
    """The base images and certificates to build with: the environment's, else what this machine can have."""
    chosen = subprocess.run(
        [PROJECT / "deploy/base-images/choose.sh"], check=True, capture_output=True, text=True
    )
    settings = dict(line.split("=", 1) for line in chosen.stdout.split())
    if "CA_BUNDLE" not in os.environ and HOST_CERTIFICATES.exists():
        settings["CA_BUNDLE"] = str(HOST_CERTIFICATES)
    return settings


def engine_answers() -> bool:
    """Whether there is a Docker engine with Compose to test on."""
    if shutil.which("docker") is None:
        return False
    commands = (["docker", "info"], ["docker", "compose", "version"])
    return all(
        subprocess.run(command, capture_output=True, timeout=30).returncode == 0 for command in commands
    )


def container_log(name: str) -> str:
    """Everything that the container has written to its standard output and error."""
    command = ["docker", "logs", name]
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ).stdout


def inspect(container: str, template: str) -> str:
    """One fact about a container, by a Go template."""
    command = ["docker", "inspect", "--format", template, container]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
