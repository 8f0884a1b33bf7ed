"""The three services as processes: how each is started, and the settings that each is given and no other."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.secret_files import key, read_or_make

PROJECT = Path(__file__).resolve().parents[2]
SERVICES = ("auth-service", "resource-api", "admin-ui")
# The caller's own GATEHOUSE_… settings pass through; the rest of its environment is nothing to a service.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "WEB_WORKERS", "WEB_THREADS")
PREFIXES = ("GATEHOUSE_", "RESOURCE_API_", "ADMIN_UI_")


@dataclass(frozen=True)
class Addresses:
    """Where things listen on loopback."""

    port: int
    mongo: int
    services: dict[str, list[int]]  # one port a replica

    @property
    def issuer(self) -> str:
        """The gateway's origin, under which clients know the system."""
        return f"http://127.0.0.1:{self.port}"


def gunicorn(service: str) -> list[str]:
    """Return the command that serves it, to be run in its folder."""
    package = service.replace("-", "_")
    return [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", f"{package}.app:create_app()"]


def gatehouse(*arguments: str) -> list[str]:
    """Return an auth-service command, like `gatehouse migrate`."""
    return [str(Path(sys.executable).with_name("gatehouse")), *arguments]


def gateway(addresses: Addresses) -> list[str]:
    """Return the development gateway's command."""
    upstreams = [
        part
        for service, ports in addresses.services.items()
        for part in (f"--{service}", *(f"127.0.0.1:{port}" for port in ports))
    ]
    return [sys.executable, "-m", "deploy.local.gateway", "--port", str(addresses.port), *upstreams]


def base_environment() -> dict[str, str]:
    """Return what every process may see of our own environment."""
    return {
        name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith(PREFIXES)
    } | {"PYTHONUNBUFFERED": "1"}


def settings(service: str, addresses: Addresses, profile: str, secrets_dir: Path) -> dict[str, str]:
    """Return the settings of one service as its environment variables."""
    mongo = f"127.0.0.1:{addresses.mongo}/?replicaSet=rs0&authSource=admin"

    def secret(name: str) -> str:
        return read_or_make(secrets_dir, name)

    def uri(user: str) -> str:
        return f"mongodb://{user}:{secret(user.replace('-', '_') + '_database_password')}@{mongo}"

    if service == "auth-service":
        return {
            "GATEHOUSE_ISSUER": addresses.issuer,
            "GATEHOUSE_PROFILE": profile,
            "GATEHOUSE_DEMO": "true",
            "GATEHOUSE_REGISTRATION": "open",
            "GATEHOUSE_MONGODB_URI": uri("auth-service"),
            "GATEHOUSE_SECRET_KEY": secret("auth_service_secret_key"),
            "GATEHOUSE_KEY_ENCRYPTION_KEY": read_or_make(secrets_dir, "key_encryption_key", key),
        }
    if service == "resource-api":
        return {
            "RESOURCE_API_ISSUER": addresses.issuer,
            "RESOURCE_API_MONGODB_URI": uri("resource-api"),
            "RESOURCE_API_INTROSPECTION_ENDPOINT": f"{_first(addresses, 'auth-service')}/oauth/introspect",
            "RESOURCE_API_JWKS_URI": f"{_first(addresses, 'auth-service')}/oauth/jwks",
            "RESOURCE_API_CLIENT_SECRET": secret("resource_api_client_secret"),
        }
    return {
        "ADMIN_UI_ISSUER": addresses.issuer,
        "ADMIN_UI_DEMO": "true",
        "ADMIN_UI_AUTH_SERVICE_URL": _first(addresses, "auth-service"),
        "ADMIN_UI_CLIENT_SECRET": secret("admin_ui_client_secret"),
        "ADMIN_UI_SECRET_KEY": secret("admin_ui_secret_key"),
        "WEB_WORKERS": "1",  # however many the other two are given; it takes no more
    }


def migration_settings(
    addresses: Addresses, profile: str, secrets_dir: Path, root_uri: str
) -> dict[str, str]:
    """Return what `gatehouse migrate` needs: auth-service's settings, root's access, what it registers."""
    return settings("auth-service", addresses, profile, secrets_dir) | {
        "GATEHOUSE_MIGRATE_MONGODB_URI": root_uri,
        "GATEHOUSE_AUTH_SERVICE_DATABASE_PASSWORD": read_or_make(
            secrets_dir, "auth_service_database_password"
        ),
        "GATEHOUSE_RESOURCE_API_DATABASE_PASSWORD": read_or_make(
            secrets_dir, "resource_api_database_password"
        ),
        "GATEHOUSE_ADMIN_UI_CLIENT_SECRET": read_or_make(secrets_dir, "admin_ui_client_secret"),
        "GATEHOUSE_RESOURCE_API_CLIENT_SECRET": read_or_make(secrets_dir, "resource_api_client_secret"),
    }


def _first(addresses: Addresses, service: str) -> str:
    return f"http://127.0.0.1:{addresses.services[service][0]}"
