"""Prepare what a local system and the tests need, inside the project's folder; a second run takes no time.

    python3 -m deploy.environment.prepare [--tests]

Runs on the machine's bare Python: `.venv` is made here, with uv where there is one, else with venv and pip.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
SERVICES = ("auth-service", "resource-api", "admin-ui")
LOCKS = ("deploy/local/requirements.lock", *(f"{service}/requirements.lock" for service in SERVICES))
NODE_TESTS = ("tests/postman", "tests/e2e/relying_parties/openid_client")
#: A lock is whole, so nothing is left to resolve: pip before 23.3 finds a newer release than the locked one for a
#: package that another asks for with an extra, and then refuses it.
LOCKED = ("--no-deps", "--require-hashes")
LOGS = PROJECT / ".cache" / "prepare.log"


class PreparationFailed(Exception):
    """Something that is needed cannot be had; the message is for the person who typed the command."""


def main() -> None:
    """Prepare under a lock, so that two commands at once do not build on each other's half-done work."""
    try:
        if sys.version_info < (3, 11):  # noqa: UP036 - this file meets the machine's own Python
            raise PreparationFailed(f"Python 3.11 or newer is needed, {sys.executable} is older")
        LOGS.parent.mkdir(exist_ok=True)
        with LOGS.with_suffix(".locked").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            prepare(for_tests="--tests" in sys.argv[1:])
    except PreparationFailed as failure:
        sys.exit(f"Cannot prepare: {failure}")
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next run continues.")


def prepare(for_tests: bool) -> None:
    """Bring the environment, the embedded MongoDB and the page assets up to date."""
    locks = (*LOCKS, "tests/requirements.lock") if for_tests else LOCKS
    if not _runs(PYTHON):
        step("Making the Python environment .venv", _make_environment)
    services = [f"{service}/pyproject.toml" for service in SERVICES]
    if changed("tests" if for_tests else "services", [*locks, *services], extra=sys.version):
        step("Installing the Python packages", lambda: _install(locks))
        # Whoever has the tests' packages has the services' too.
        for name, needed in (("services", LOCKS), ("tests", locks))[: 2 if for_tests else 1]:
            remember(name, [*needed, *services], extra=sys.version)
    if not shutil.which("mongod") and not (PROJECT / ".cache" / "mongod" / "mongod").exists():
        step("Fetching an embedded MongoDB", lambda: run(str(PYTHON), "-m", "deploy.local.mongod_binary"))
    for package in (*SERVICES, *(NODE_TESTS if for_tests else ())):
        if (PROJECT / package / "package.json").exists():
            _prepare_node_package(package)


def _runs(python: Path) -> bool:
    """Whether the interpreter is there and works: not after the folder or the system's Python moved."""
    return python.exists() and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


def _make_environment() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if shutil.which("uv"):
        run("uv", "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV))
        return
    if not importlib.util.find_spec("ensurepip"):
        raise PreparationFailed(
            "this Python cannot make environments; install python3-venv (or uv), then try again"
        )
    run(sys.executable, "-m", "venv", str(VENV))


def _install(locks: tuple[str, ...]) -> None:
    """Install the locked packages, checked against their hashes, and the services from their sources."""
    requirements = [part for lock in locks for part in ("-r", lock)]
    sources = [part for service in SERVICES for part in ("-e", f"./{service}")]
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    fast = ["uv", "pip", "install", "--quiet", "--python", str(PYTHON)]
    for command in [fast, pip] if shutil.which("uv") else [pip]:
        try:
            run(*command, *LOCKED, *requirements)
            run(*command, "--no-deps", "--no-build-isolation", *sources)
            return
        except PreparationFailed:
            if command is pip:  # pip reads settings of the machine that uv does not know
                raise


def _prepare_node_package(package: str) -> None:
    """Install a locked npm package and, where it says how, copy its page assets into place."""
    folder = PROJECT / package
    _ensure_node()
    if changed(package, [f"{package}/package-lock.json"]) or not (folder / "node_modules").exists():
        npm = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        step(f"Installing the npm packages of {package}", lambda: run(*npm, cwd=folder))
        remember(package, [f"{package}/package-lock.json"])
    if not (folder / "vendor.mjs").exists():
        return
    # The icons are gathered from the templates and the pages' code: both decide what is copied.
    pages = [
        str(p.relative_to(PROJECT)) for p in sorted(folder.glob("src/**/*")) if p.suffix in (".html", ".py")
    ]
    sources = [f"{package}/vendor.mjs", f"{package}/package-lock.json", *pages]
    name = f"{package} assets"
    if changed(name, sources) or not list(folder.glob("src/*/static/vendor")):
        step(
            f"Copying the page assets of {package}",
            lambda: run("npm", "run", "--silent", "vendor", cwd=folder),
        )
        remember(name, sources)


def _ensure_node() -> None:
    """Take Node and npm from PyPI where the machine has none."""
    if (shutil.which("npm") and shutil.which("node")) or (VENV / "bin" / "npm").exists():
        return
    pip = (str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    lock = "deploy/local/npm.lock"
    step("Installing Node, which this machine lacks", lambda: run(*pip, *LOCKED, "-r", lock))


def _node_environment() -> dict[str, str]:
    """Put our Node on PATH behind the machine's, and have it trust what the machine trusts."""
    authorities = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    trust = {"NODE_EXTRA_CA_CERTS": authorities} if Path(authorities).exists() else {}
    return {**trust, **os.environ, "PATH": f"{os.environ.get('PATH', '')}:{VENV / 'bin'}"}


def step(title: str, work: Callable[[], None]) -> None:
    """Do the work and say how long it took."""
    print(f"  {title} …", end="", flush=True)
    started = time.monotonic()
    try:
        work()
    except BaseException:
        print(" failed")
        raise
    print(f" {time.monotonic() - started:.0f} s", flush=True)


def run(*command: str, cwd: Path = PROJECT) -> None:
    """Run a command quietly; raises PreparationFailed with its last words."""
    env = _node_environment() if command[0] == "npm" else {"UV_SYSTEM_CERTS": "1", **os.environ}
    with LOGS.open("a") as log:
        done = subprocess.run(
            command, cwd=cwd, env=env, text=True, stdin=subprocess.DEVNULL, capture_output=True
        )
        log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
    if done.returncode:
        words = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise PreparationFailed(
            f"`{' '.join(command[:3])}` failed: {' '.join(words[-1:])} (all of it: {LOGS})"
        )


def _digest(files: list[str], extra: str) -> str:
    digest = hashlib.sha256(extra.encode())
    for name in files:
        path = PROJECT / name
        digest.update(name.encode() + (path.read_bytes() if path.exists() else b""))
    return digest.hexdigest()


def _stamp(name: str) -> Path:
    """Stamps live in the environment, and go with it."""
    return VENV / "prepared" / name.replace("/", "-")


def changed(name: str, files: list[str], extra: str = "") -> bool:
    """Whether the files differ from when `name` was last prepared."""
    stamp = _stamp(name)
    return not stamp.exists() or stamp.read_text() != _digest(files, extra)


def remember(name: str, files: list[str], extra: str = "") -> None:
    """Record that `name` was prepared from these files."""
    _stamp(name).parent.mkdir(exist_ok=True)
    _stamp(name).write_text(_digest(files, extra))


if __name__ == "__main__":
    main()
