"""Start child processes that end with us, or that outlive us on purpose, and stop them again."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_children: dict[int, subprocess.Popen[bytes]] = {}  # to reap them; by process id, as in the state file


class Identity(NamedTuple):
    """A process: its number, and when the kernel says that it was born (empty where /proc is missing)."""

    pid: int
    born: str


def _end_with_parent(parent: int) -> Callable[[], None]:
    """Make a hook, run in the child before exec, that has the kernel end it when the parent dies."""

    def hook() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the kernel knew
            os._exit(1)

    return hook


def start(
    command: list[str], log: Path, env: dict[str, str], cwd: Path | None = None, outlive_us: bool = False
) -> int:
    """Start a command with its output appended to `log`; return its process id.

    It dies with us, unless `outlive_us` detaches it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=outlive_us,
            preexec_fn=None if outlive_us else _end_with_parent(os.getpid()),
        )
    _children[child.pid] = child
    return child.pid


def identify(pid: int) -> Identity:
    """Return what tells this process from a later one that is given the same number."""
    return Identity(pid, _stat(pid)[19] if _stat(pid) else "")


def is_running(process: Identity) -> bool:
    """Whether the process, started by us or by an earlier run, still exists and has not ended."""
    child = _children.get(process.pid)
    if child:
        return child.poll() is None
    if sys.platform != "linux":
        return _exists(process.pid)
    stat = _stat(process.pid)
    return bool(stat) and stat[0] != "Z" and stat[19] == process.born


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the state on; empty without such a process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ask_to_end(process: Identity) -> None:
    """Ask the process to end, without waiting for it; nothing happens when it is gone."""
    if is_running(process):
        os.kill(process.pid, signal.SIGTERM)


def stop(process: Identity, patience: float = 15) -> None:
    """Ask the process to end; kill it after `patience` seconds. Nothing happens when it is gone."""
    for ask, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
        if not is_running(process):
            return
        os.kill(process.pid, ask)
        deadline = time.monotonic() + seconds
        while is_running(process) and time.monotonic() < deadline:
            time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Return loopback ports, all different, that nothing listens on now."""
    with contextlib.ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in sockets]


def port_is_taken(port: int) -> bool:
    """Whether something listens on the loopback port already, or we may not have it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
