"""An embedded MongoDB for development and tests: one mongod on loopback, a replica set of one.

with Mongod(Path("data"), auth=True) as mongod:
    MongoClient(mongod.uri)
"""

import contextlib
import time
from pathlib import Path
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from deploy.local import child_process
from deploy.local.mongod_binary import MongodUnavailable, find_mongod
from deploy.local.secret_files import read_or_make

REPLICA_SET = "rs0"
START_PATIENCE = 60  # seconds; a first start on a slow disk creates its journal files
NOT_YET_INITIALIZED = 94


class Mongod:
    """A mongod in `data_dir`. With `auth`, key file and root's password are made in `secrets_dir` once.

    For tests: without `durable`, set when the data is new, a write is answered before the journal has it; with
    `fail_points` commands can be made to fail.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        auth: bool = False,
        *,
        secrets_dir: Path | None = None,
        log: Path | None = None,
        outlive_us: bool = False,
        durable: bool = True,
        fail_points: bool = False,
    ) -> None:
        self.data_dir = data_dir
        self.durable, self.fail_points = durable, fail_points
        self.port = port or child_process.free_ports(1)[0]
        self.secrets_dir = (secrets_dir or data_dir.parent) if auth else None
        self.log = log or data_dir / "mongod.log"
        self.outlive_us = outlive_us
        self.pid: int | None = None

    @property
    def uri(self) -> str:
        """The connection string; with authentication on, that of the user `root`."""
        credentials = f"root:{self._secret('mongodb_root_password')}@" if self.secrets_dir else ""
        options = f"replicaSet={REPLICA_SET}" + ("&authSource=admin" if self.secrets_dir else "")
        return f"mongodb://{credentials}127.0.0.1:{self.port}/?{options}"

    def start(self) -> Self:
        """Start, form the replica set, create root, and return once writes are accepted."""
        self.await_primary(self.spawn())
        return self

    def spawn(self) -> int:
        """Start the process alone; return its id, for whoever must be able to stop it from now on."""
        binary, env = find_mongod()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.pid = child_process.start(self._command(binary), self.log, env, outlive_us=self.outlive_us)
        return self.pid

    def await_primary(self, pid: int) -> None:
        """Make what was spawned a primary with its root user; stop it and raise when that fails."""
        try:
            self._retry_until_primary(pid)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop cleanly, so that the next start needs no recovery."""
        if self.pid is not None:
            child_process.stop(child_process.identify(self.pid))
            self.pid = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def _command(self, binary: Path) -> list[str]:
        command = [
            *(str(binary), "--dbpath", str(self.data_dir), "--port", str(self.port)),
            *("--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", REPLICA_SET),
            *("--wiredTigerCacheSizeGB", "0.25", "--quiet"),
            # A set of one has nobody to hand over to: do not wait 15 seconds for a new primary.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]
        if self.fail_points:
            command += ["--setParameter", "enableTestCommands=1"]
        if self.secrets_dir:
            self._secret("mongodb_keyfile")
            command += ["--keyFile", str(self.secrets_dir / "mongodb_keyfile")]
        return command

    def _secret(self, name: str) -> str:
        return read_or_make(self.secrets_dir or self.data_dir.parent, name)

    def _retry_until_primary(self, pid: int) -> None:
        """Retry until this mongod is a writable primary; raises MongodUnavailable with its last words."""
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            if not child_process.is_running(child_process.identify(pid)):
                raise MongodUnavailable(f"mongod ended at once: {last_words(self.log)}")
            try:
                if self._form_replica_set():
                    return
            except ConnectionFailure:
                pass  # not listening yet
            time.sleep(0.05)
        raise MongodUnavailable(f"mongod was not ready after {START_PATIENCE} seconds, see {self.log}")

    def _form_replica_set(self) -> bool:
        """Take the next step towards a primary with its root user; true when there is none left to take."""
        with self._direct_client() as client:
            if self.secrets_dir and not _signs_in(client):
                self._create_root()
                return False
            return _configure(client, f"127.0.0.1:{self.port}", self.durable)

    def _create_root(self) -> None:
        """Use the localhost exception: until a first user exists, loopback may form the set and create it."""
        with self._direct_client(anonymous=True) as nobody, contextlib.suppress(OperationFailure):
            if nobody.admin.command("hello").get("isWritablePrimary"):
                password = self._secret("mongodb_root_password")
                nobody.admin.command("createUser", "root", pwd=password, roles=["root"])
            else:
                _initiate(nobody, f"127.0.0.1:{self.port}", self.durable)

    def _direct_client(self, anonymous: bool = False) -> MongoClient[dict[str, Any]]:
        """Connect to this member alone, as root unless `anonymous`, whatever state the set is in."""
        root: dict[str, Any] = {}
        if self.secrets_dir and not anonymous:
            root = {"username": "root", "password": self._secret("mongodb_root_password")}
        return MongoClient(
            "127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=500, **root
        )


def _signs_in(client: MongoClient[dict[str, Any]]) -> bool:
    try:
        client.admin.command("ping")  # a connection signs in before its first command
    except OperationFailure:
        return False
    return True


def _initiate(client: MongoClient[dict[str, Any]], host: str, durable: bool) -> None:
    members = [{"_id": 0, "host": host}]
    config = {"_id": REPLICA_SET, "members": members, "writeConcernMajorityJournalDefault": durable}
    client.admin.command("replSetInitiate", config)


def _configure(client: MongoClient[dict[str, Any]], host: str, durable: bool) -> bool:
    """Initiate the set, or move it to our port; true when this mongod accepts writes."""
    hello = client.admin.command("hello")
    if hello.get("isWritablePrimary") and hello.get("me") == host:
        return True
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as refusal:
        if refusal.code == NOT_YET_INITIALIZED:
            _initiate(client, host, durable)
        return False
    if config["members"][0]["host"] != host:
        moved = {
            **config,
            "members": [{**config["members"][0], "host": host}],
            "version": config["version"] + 1,
        }
        client.admin.command("replSetReconfig", moved, force=True)
    return False


def last_words(log: Path, lines: int = 3) -> str:
    """Return the end of a log on one line."""
    return " | ".join(log.read_text(errors="replace").strip().splitlines()[-lines:])
