"""`make demo` and `make down`: the whole system in containers where an engine answers, else as local processes.

    python3 -m deploy.demo.demo up|down

Reads MODE (docker or local), PORT (5000), PROFILE (compat or oauth21) and PURGE (1) from the environment.
Runs on the machine's bare Python; what the processes need is prepared when they are chosen.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from deploy.demo.docker_engine import PROJECT, Containers, DockerFailed, find_engine
from deploy.demo.instructions import instructions
from deploy.local.child_process import port_is_taken

PYTHON = PROJECT / ".venv" / "bin" / "python"


class Refused(Exception):
    """What was asked for cannot be done; the message is one line for the person at the terminal."""


@dataclass(frozen=True)
class Wish:
    """What the environment asks for, checked."""

    mode: str
    port: int
    profile: str
    purge: bool

    @classmethod
    def from_environment(cls) -> "Wish":
        """Raises Refused for a value that cannot be."""
        mode, port = os.environ.get("MODE", ""), os.environ.get("PORT") or "5000"
        profile = os.environ.get("PROFILE") or "compat"
        if mode not in ("", "docker", "local"):
            raise Refused(f"MODE={mode} is unknown: it is docker or local")
        if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
            raise Refused(f"PORT={port} is no port: it is a number from 1 to 65535")
        if profile not in ("compat", "oauth21"):
            raise Refused(f"PROFILE={profile} is unknown: it is compat or oauth21")
        return cls(mode, int(port), profile, os.environ.get("PURGE", "") not in ("", "0"))


def main() -> None:
    """Do what is asked; a failure is one clear block on standard error and exit status 1."""
    try:
        wish = Wish.from_environment()
        up(wish) if sys.argv[1:] == ["up"] else down(wish)
    except (Refused, DockerFailed) as failure:
        sys.exit(f"{failure}")
    except KeyboardInterrupt:
        sys.exit("Interrupted; what had been started is stopped.")


def up(wish: Wish) -> None:
    """Bring the system up, and say where it is and how to use it."""
    started = time.monotonic()
    mode, reason = choose_mode(wish.mode)
    print(
        f"Gatehouse runs {'in containers' if mode == 'docker' else 'as local processes'}: {reason}.",
        flush=True,
    )
    if mode == "docker":
        containers = Containers(wish.port, wish.profile)
        if not containers.running() and port_is_taken(wish.port):
            raise Refused(taken(wish.port))
        containers.up()
    else:
        run_local("up", wish)
    print(f"Healthy after {time.monotonic() - started:.0f} s.\n")
    print(instructions(wish.port, wish.profile))


def taken(port: int) -> str:
    """Say who has the port, as far as we know."""
    if (PROJECT / ".gatehouse" / str(port) / "state.json").exists():
        return f"Local processes run on port {port} already; `make down PORT={port}` stops them"
    return f"Port {port} is taken by something else; choose another with PORT="


def choose_mode(forced: str) -> tuple[str, str]:
    """Return docker or local, and why."""
    if forced == "local":
        return "local", "MODE=local says so"
    try:
        engine = find_engine()
    except DockerFailed as reason:
        if forced:
            raise Refused(f"MODE=docker cannot be: {reason}") from None
        return "local", str(reason)
    return "docker", f"{engine} answers" + (" and MODE=docker says so" if forced else "")


def run_local(action: str, wish: Wish) -> None:
    """Hand over to the local system's own command, which says itself what goes wrong."""
    # Ctrl-C reaches the child too: it cleans up, and we wait for it.
    signal.signal(signal.SIGINT, lambda *_: None)
    python = sys.executable  # enough to stop, even when .venv is gone
    if action == "up":
        check(subprocess.run([sys.executable, "-m", "deploy.environment.prepare"], cwd=PROJECT))
        python = str(PYTHON)
    options = ["--port", str(wish.port), "--profile", wish.profile, *(["--purge"] if wish.purge else [])]
    check(subprocess.run([python, "-m", "deploy.local.run", action, *options], cwd=PROJECT))


def check(done: subprocess.CompletedProcess[bytes]) -> None:
    """Exit as the child did, which has said why."""
    if done.returncode:
        sys.exit(1)


def down(wish: Wish) -> None:
    """Stop what runs on the port, in whichever way it was started, and say what stays."""
    found = False
    if wish.mode != "local":
        found = down_containers(wish)
    if wish.mode != "docker" and (PROJECT / ".gatehouse" / str(wish.port) / "data").exists():
        run_local("down", wish)
        found = True
    if wish.purge:
        shutil.rmtree(PROJECT / ".gatehouse" / str(wish.port), ignore_errors=True)
    if not found:
        print(f"Nothing runs on port {wish.port}, and nothing is kept for it.")


def down_containers(wish: Wish) -> bool:
    """Remove the port's containers; whether there was anything to do."""
    try:
        find_engine()
    except DockerFailed as reason:
        if wish.mode == "docker":
            raise Refused(f"MODE=docker cannot be: {reason}") from None
        return False
    containers = Containers(wish.port, wish.profile)
    if not containers.exist() and not containers.volumes():
        return False
    containers.down(wish.purge)
    print(f"Stopped and removed the containers of {containers.project}.")
    volumes = containers.volumes()
    if wish.purge:
        print("Their data and secrets are removed.")
    elif volumes:
        print(
            f"Kept: the database and its secrets in the volumes {containers.project}_* (remove them with PURGE=1)."
        )
    return True


if __name__ == "__main__":
    main()
