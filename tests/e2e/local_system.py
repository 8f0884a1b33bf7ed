"""The local system as a fixture: real processes behind the development gateway, gone when the tests are."""

import shutil
import tempfile
from pathlib import Path

from deploy.local import child_process
from deploy.local.system import System


class LocalSystem:
    """A local system in a temporary folder; as a context manager it is started, stopped and removed."""

    def __init__(
        self,
        port: int | None = None,
        profile: str = "compat",
        *,
        replicas: int = 1,
        settings: dict[str, dict[str, str]] | None = None,
    ) -> None:
        """A free port when none is given; `settings` adds variables to a service's, by the service's name."""
        self.directory = Path(tempfile.mkdtemp(prefix="gatehouse-e2e-"))
        self.port = port or child_process.free_ports(1)[0]
        self._system = System(self.port, profile, self.directory, replicas=replicas, settings=settings)
        self.url = self._system.url

    def start(self) -> "LocalSystem":
        """Return when everything is healthy; raises SystemFailed with the log that says why not."""
        self._system.start()
        return self

    def stop(self) -> None:
        """Stop everything and remove what it wrote."""
        self._system.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> "LocalSystem":
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def restart(self, name: str) -> None:
        """Stop and start `mongo`, or a service with all its replicas; return when all is healthy."""
        self.stop_service(name)
        self.start_service(name)

    def stop_service(self, name: str) -> None:
        """Stop `mongo`, a service with all its replicas, or one replica (`auth-service-2`)."""
        self._system.stop_service(name)

    def start_service(self, name: str) -> None:
        """Start what was stopped, at the same addresses, and return when all is healthy again."""
        self._system.start_service(name)
        self._system.await_health()

    def logs(self) -> dict[str, str]:
        """Return what each process has written, by its name; `migrate` among them."""
        return {path.stem: path.read_text(errors="replace") for path in self._system.logs.glob("*.log")}

    def own_secrets(self) -> list[str]:
        """Return what the services and the database know each other by, made on the first start."""
        return [path.read_text() for path in self._system.secrets.iterdir()]

    def database_uri(self) -> str:
        """Return root's access to the database, to look for what must not be stored."""
        return self._system.root_uri
