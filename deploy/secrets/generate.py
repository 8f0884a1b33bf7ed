"""Makes every secret of the system on its first start, and hands each service only its own.

What was made is kept in a volume that nothing else mounts; a later start repeats the handing out, never the making.
"""

import base64
import json
import os
import secrets
from pathlib import Path

VOLUMES = Path("/secrets")
KEPT = VOLUMES / "kept" / "secrets.json"
MONGO_USER = 999  # of the official image and of our stand-in
SERVICE_USER = 10001  # of the services' images


def make() -> dict[str, str]:
    """One new value for every secret: 256 random bits each, more for the replica set's key file."""
    return {
        "replica_set_key": base64.b64encode(secrets.token_bytes(512)).decode(),
        "key_encryption_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    } | {
        name: secrets.token_urlsafe(32)
        for name in (
            "administrator_password",
            "auth_service_password",
            "resource_api_password",
            "auth_service_secret_key",
            "admin_ui_secret_key",
            "admin_ui_client_secret",
            "resource_api_client_secret",
        )
    }


def keep() -> dict[str, str]:
    """The secrets of this system: those kept from an earlier start, and new ones where a name is new."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    values = make() | kept
    if values != kept:
        write(KEPT, json.dumps(values), owner=0)
    return values


def write(path: Path, value: str, owner: int) -> None:
    """Put a file in place in one step, readable by its owner alone."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    os.chown(new, owner, owner)
    new.replace(path)


def mongodb_uri(user: str, password: str) -> str:
    """How a service reaches the replica set as one database user."""
    return f"mongodb://{user}:{password}@mongo:27017/?authSource=admin&replicaSet=rs0"


def hand_out(values: dict[str, str]) -> None:
    """Write into each service's volume the settings that it reads, named as its settings are."""
    auth_service = {
        "gatehouse_mongodb_uri": mongodb_uri("auth-service", values["auth_service_password"]),
        "gatehouse_secret_key": values["auth_service_secret_key"],
        "gatehouse_key_encryption_key": values["key_encryption_key"],
    }
    migrate = auth_service | {
        "gatehouse_migrate_mongodb_uri": mongodb_uri("administrator", values["administrator_password"]),
        "gatehouse_auth_service_database_password": values["auth_service_password"],
        "gatehouse_resource_api_database_password": values["resource_api_password"],
        "gatehouse_admin_ui_client_secret": values["admin_ui_client_secret"],
        "gatehouse_resource_api_client_secret": values["resource_api_client_secret"],
    }
    resource_api = {
        "resource_api_mongodb_uri": mongodb_uri("resource-api", values["resource_api_password"]),
        "resource_api_client_secret": values["resource_api_client_secret"],
    }
    admin_ui = {
        "admin_ui_secret_key": values["admin_ui_secret_key"],
        "admin_ui_client_secret": values["admin_ui_client_secret"],
    }
    for volume, owner, files in (
        ("mongo", MONGO_USER, {"replica_set_key": values["replica_set_key"]}),
        ("migrate", SERVICE_USER, migrate),
        ("auth-service", SERVICE_USER, auth_service),
        ("resource-api", SERVICE_USER, resource_api),
        ("admin-ui", SERVICE_USER, admin_ui),
    ):
        for name, value in files.items():
            write(VOLUMES / volume / name, value, owner)


if __name__ == "__main__":
    hand_out(keep())
