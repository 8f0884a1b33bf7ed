"""Start child processes that end with us, or that outlive us on purpose, and stop them again."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_children: dict[int, subprocess.Popen[bytes]] = {}  # to reap them; by process id, as in the state file


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


def is_running(pid: int) -> bool:
    """Whether the process, started by us or by an earlier run, exists and is not a zombie."""
    if pid in _children:
        return _children[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def stop(pid: int, patience: float = 15) -> None:
    """Ask the process to end; kill it after `patience` seconds. Nothing happens when it is gone."""
    for ask, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
        if not is_running(pid):
            return
        os.kill(pid, ask)
        deadline = time.monotonic() + seconds
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.02)


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_taken(port: int) -> bool:
    """Whether something listens on the loopback port already, or we may not have it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
