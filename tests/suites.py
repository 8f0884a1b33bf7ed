"""Every suite of `make test`: its command, and what this machine must have for it to run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser import chromium

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "test-results"
#: Compiled tests are kept, also where the environment asks Python to keep none beside the sources.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(PROJECT / ".cache/bytecode")}
#: A worker for each core. A file stays with one of them, so that what its tests share is made once.
WORKERS = ["-n", "auto", "--maxprocesses", "8", "--dist", "loadfile"]
BIN = Path(sys.executable).parent
APACHE_MODULE = Path("/usr/lib/apache2/modules/mod_auth_openidc.so")
APACHE_TESTS = "tests/e2e/relying_parties/test_mod_auth_openidc.py"


@dataclass(frozen=True)
class Suite:
    """A command; `missing` says why this machine cannot run it, or None."""

    name: str
    command: list[str]
    #: What the inner loop adds to the command; None: it leaves the suite out.
    inner_loop: tuple[str, ...] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    missing: Callable[[], str | None] = lambda: None
    #: Of neighbours in different lanes one runs beside the other; a suite without one waits for those before it.
    lane: str | None = None
    patience: int = 900  # seconds, after which it counts as failed

    @property
    def report(self) -> Path:
        """Where the suite writes its counts, if it counts at all."""
        return RESULTS / f"{self.name.replace(' ', '-')}.xml"


#: In the inner loop pytest says how many tests it leaves out (`deselected`).
IN_PART = ("-p", "tests.inner_loop")
#: The same for what runs beside a longer suite on the same cores: each worker takes seconds to start.
IN_PART_ALONE = (*IN_PART, "-n", "0")


def check(name: str, *command: str) -> Suite:
    """A tool over the whole repository."""
    return Suite(name, [str(BIN / command[0]), *command[1:]], inner_loop=(), patience=180)


def tests(name: str, *arguments: str, **more: object) -> Suite:
    """A folder of tests, run by pytest."""
    suite = Suite(name, [], **more)  # type: ignore[arg-type]
    suite.environment.update(BYTECODE)
    pytest = [sys.executable, "-m", "pytest", "--no-header", "--quiet", f"--junitxml={suite.report}"]
    suite.command.extend([*pytest, *arguments])
    return suite


def no_engine() -> str | None:
    """Why containers cannot be tested here."""
    if not shutil.which("docker"):
        return "there is no docker command (deploy/engine/install-docker-engine.sh installs an engine)"
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            if subprocess.run(command, capture_output=True, timeout=20).returncode:
                return f"`{' '.join(command)}` fails: no engine with Compose answers"
        except subprocess.TimeoutExpired:
            return f"`{' '.join(command)}` does not answer"
    return None


def no_browser() -> str | None:
    """Why no browser can be driven here."""
    return None if chromium.find_chromium() else chromium.MISSING


def no_apache() -> str | None:
    """Why no Apache with mod_auth_openidc can be a relying party here."""
    if shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin") and APACHE_MODULE.exists():
        return None
    return "there is no mod_auth_openidc (apt-get install apache2-bin libapache2-mod-auth-openidc)"


SUITES = [
    check("lint", "ruff", "check", "."),
    check("format", "ruff", "format", "--check", "."),
    check("types", "mypy"),
    check("imports", "lint-imports"),
    # That the locks, installed without resolving, lack nothing.
    Suite("packages", [str(BIN / "pip"), "check"]),
    # Chromium breaks off what it has begun when this machine's networks change, as they do where containers start: it
    # runs beside suites that start none.
    tests("auth-service", *WORKERS, "tests/auth_service", inner_loop=IN_PART, lane="services"),
    tests("resource-api", *WORKERS, "tests/resource_api", inner_loop=IN_PART_ALONE, lane="services"),
    tests("admin-ui", *WORKERS, "tests/admin_ui", inner_loop=IN_PART_ALONE, lane="services"),
    tests(
        "browser", "tests/browser", environment={"GATEHOUSE_E2E": "local"}, missing=no_browser, lane="browser"
    ),
    tests("postman", "tests/postman", environment={"GATEHOUSE_E2E": "local"}, lane="browser"),
    tests("docs", "tests/docs"),
    tests(
        "e2e local",
        "tests/e2e",
        "--ignore=tests/e2e/containers",
        f"--ignore={APACHE_TESTS}",
        environment={"GATEHOUSE_E2E": "local"},
        lane="local",
    ),
    tests(
        "e2e apache", APACHE_TESTS, environment={"GATEHOUSE_E2E": "local"}, missing=no_apache, lane="local"
    ),
    tests(
        "e2e containers",
        "tests/e2e",
        f"--ignore={APACHE_TESTS}",  # a container cannot call an Apache on the host's loopback
        environment={"GATEHOUSE_E2E": "docker"},
        missing=no_engine,
        patience=1200,
        lane="containers",
    ),
    tests("demo", "tests/demo", patience=900, lane="containers"),
    tests("benchmarks", "tests/benchmarks", patience=300),
]
