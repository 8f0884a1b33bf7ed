"""The demo in containers: whether an engine can run it, and starting and stopping it with Compose."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
HOST_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PROBE_PATIENCE = 10  # seconds; an engine that hangs is no engine
HEALTH_PATIENCE = 180  # seconds, for `up` once everything is built


class DockerFailed(Exception):
    """The containers cannot run; the message is for the person at the terminal."""


def find_engine() -> str:
    """Return what answers, as in "Docker 28.1 with Compose 2.35"; DockerFailed says why nothing does."""
    if not shutil.which("docker"):
        raise DockerFailed("there is no docker command")
    engine = _probe("docker", "info", "--format", "{{.ServerVersion}}")
    if engine is None:
        raise DockerFailed("no Docker engine answers (`docker info` fails)")
    compose = _probe("docker", "compose", "version", "--short")
    if compose is None or compose.lstrip("v").startswith("1."):
        raise DockerFailed("Docker has no Compose v2 (`docker compose version` fails)")
    return f"Docker {engine} with Compose {compose}"


def _probe(*command: str) -> str | None:
    """Return the command's output; None when it fails, prints nothing or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_PATIENCE)
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


class Containers:
    """The Compose project of one port."""

    def __init__(self, port: int, profile: str) -> None:
        self.project = f"gatehouse-{port}"
        self.log = PROJECT / ".gatehouse" / str(port) / "logs" / "compose.log"
        self._environment = {**os.environ, "PORT": str(port), "PROFILE": profile}
        if "CA_BUNDLE" not in os.environ and HOST_CERTIFICATES.exists():
            self._environment["CA_BUNDLE"] = str(HOST_CERTIFICATES)

    def exist(self) -> bool:
        """Whether there are containers of this project, running or not."""
        return bool(self._output("ps", "--all", "--quiet"))

    def running(self) -> bool:
        """Whether its gateway runs."""
        return bool(self._output("ps", "--quiet", "--status", "running", "gateway"))

    def volumes(self) -> list[str]:
        """Return the names of the volumes that keep its data and secrets."""
        chosen = [
            "docker",
            "volume",
            "ls",
            "--quiet",
            "--filter",
            f"label=com.docker.compose.project={self.project}",
        ]
        return subprocess.run(chosen, capture_output=True, text=True).stdout.split()

    def up(self) -> None:
        """Build and start everything, and return when it is healthy.

        Raises DockerFailed: with all stopped again when the start fails; what ran before a build fails runs on.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_text("")
        self._choose_base_images()
        self._step("Building the images", "build")
        try:
            wait = ("--wait", "--wait-timeout", str(HEALTH_PATIENCE))
            self._step("Starting the containers", "up", "--detach", "--no-build", *wait)
        except BaseException:
            subprocess.run(
                self._compose("down", "--timeout", "5"), env=self._environment, capture_output=True
            )
            raise

    def down(self, purge: bool) -> None:
        """Remove the containers, and the volumes too when told to."""
        command = self._compose("down", *(["--volumes"] if purge else []))
        done = subprocess.run(command, env=self._environment, cwd=PROJECT, capture_output=True, text=True)
        if done.returncode:
            raise DockerFailed(f"`docker compose down` failed: {_last_line(done.stderr)}")

    def _choose_base_images(self) -> None:
        """Pull the official base images, or build stand-ins where no registry answers."""
        chosen = subprocess.run(
            [PROJECT / "deploy" / "base-images" / "choose.sh"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        if chosen.returncode:
            raise DockerFailed("the base images can neither be pulled nor built (the reason is above)")
        self._environment |= dict(line.split("=", 1) for line in chosen.stdout.split())

    def _step(self, title: str, *arguments: str) -> None:
        print(f"  {title} …", end="", flush=True)
        started = time.monotonic()
        with self.log.open("a") as log:
            code = subprocess.run(
                self._compose("--progress", "plain", *arguments),
                env=self._environment,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ).returncode
        print(f" {time.monotonic() - started:.0f} s" if code == 0 else " failed", flush=True)
        if code:
            raise DockerFailed(self._report(title))

    def _report(self, title: str, lines: int = 15) -> str:
        """Show the end of the log of the service that failed, or of Compose's own words."""
        words = self.log.read_text(errors="replace")
        culprit = re.search(
            rf"{re.escape(self.project)}-([a-z-]+?)-\d+\S* (?:is unhealthy|exited)|"
            r"service \"([a-z-]+)\" didn't complete",
            words,
        )
        name = next((found for found in culprit.groups() if found), "") if culprit else ""
        text = self._output("logs", "--no-color", "--tail", str(lines), name) if name else words
        heading = (
            f"{name} did not start. The end of its log:"
            if name
            else f"{title} failed. The end of {self.log}:"
        )
        plain = re.sub(r"\x1b\[\d*[A-Za-z]", "", text).strip().splitlines()[-lines:]
        return "\n".join([heading, *(f"  | {line}" for line in plain)])

    def _compose(self, *arguments: str) -> list[str]:
        return [
            "docker",
            "compose",
            "--project-name",
            self.project,
            "--project-directory",
            str(PROJECT),
            *arguments,
        ]

    def _output(self, *arguments: str) -> str:
        command = self._compose(*arguments)
        return subprocess.run(
            command, env=self._environment, cwd=PROJECT, capture_output=True, text=True
        ).stdout


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]
