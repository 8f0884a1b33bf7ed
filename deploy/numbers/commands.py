"""Commands of a copy of the project that knows nothing: freshly cloned, with caches of its own."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

PROJECT = Path(__file__).resolve().parents[2]


class Unmeasured(Exception):
    """A number that cannot be had on this machine; the message says why."""


class FreshClone:
    """What is committed, cloned into a temporary folder; as a context manager it is purged and removed."""

    def __init__(self) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="gatehouse-numbers-"))
        self.directory = self._scratch / "gatehouse"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        # Not what earlier installations on this machine have downloaded: pip and uv, npm.
        caches = {
            "XDG_CACHE_HOME": str(self._scratch / "cache"),
            "npm_config_cache": str(self._scratch / "npm"),
        }
        self._environment = {**os.environ, **caches, "PORT": str(self.port)}
        self._environment.pop("VIRTUAL_ENV", None)

    def __enter__(self) -> Self:
        clone = ["git", "clone", "--quiet", "--no-hardlinks", str(PROJECT), str(self.directory)]
        subprocess.run(clone, check=True)
        return self

    def __exit__(self, *failure: object) -> None:
        subprocess.run(
            ["make", "down", "PURGE=1"], cwd=self.directory, env=self._environment, capture_output=True
        )
        shutil.rmtree(self._scratch, ignore_errors=True)

    def make(self, *arguments: str, patience: float) -> float:
        """Run make; returns how many seconds it took, raises Unmeasured when it failed or took too long."""
        command = f"make {' '.join(arguments)}"
        print(f"  {command} …", end="", flush=True, file=sys.stderr)
        started = time.monotonic()
        try:
            done = subprocess.run(
                ["make", *arguments],
                cwd=self.directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=patience,
            )
        except subprocess.TimeoutExpired:
            raise Unmeasured(f"{command} did not end within {patience:.0f} s") from None
        seconds = time.monotonic() - started
        print(f" {seconds:.1f} s", file=sys.stderr)
        if done.returncode:
            lines = done.stdout.strip().splitlines()
            failed_tests = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
            raise Unmeasured(f"{command} failed: {' | '.join(failed_tests + lines[-3:])}")
        return seconds
