"""Every setting of the admin UI, typed and checked; a bad start lists all its faults at once."""

import ipaddress
import os
import sys
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ADMIN_UI_"


class Settings(BaseSettings):
    """Settings from `ADMIN_UI_*` variables, or from files of the same names in the secrets directory."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    issuer: str
    """The public origin, where browsers are sent to sign in."""
    auth_service_url: str = Field("", validate_default=True)
    """auth-service's address behind the gateway; the issuer when left out."""
    demo: bool = False
    """Say on each page that this is a demo."""
    client_id: str = Field("gatehouse-admin-ui", pattern=r"^[\x21-\x7e]{1,100}$")
    """The client that it is."""
    client_secret: SecretStr = Field(min_length=32)
    """Its secret."""
    secret_key: SecretStr = Field(min_length=32)
    """Encrypts the session cookie; the same on every replica."""

    session_idle_lifetime: int = Field(60 * 60, ge=60)
    """After how many seconds without a visit somebody is signed out."""
    session_absolute_lifetime: int = Field(12 * 60 * 60, ge=60)
    """After how many seconds somebody is signed out in any case."""
    web_workers: int = Field(1, ge=1, le=1, validation_alias="WEB_WORKERS")
    """No more than one: requests at the same moment share what the redemption of a refresh token gave."""
    web_threads: int = Field(8, ge=1, le=256, validation_alias="WEB_THREADS")
    """How many requests it serves at once."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """What is logged at least."""

    @field_validator("issuer")
    @classmethod
    def check_issuer(cls, issuer: str) -> str:
        """RFC 8414 §2: https; plain http on this machine only."""
        check_origin(issuer)
        if not issuer.startswith("https://") and not is_loopback(issuer):
            raise ValueError("must be https unless it is a loopback address")
        return issuer

    @field_validator("auth_service_url")
    @classmethod
    def check_auth_service_url(cls, url: str, info: ValidationInfo) -> str:
        """The address of auth-service behind the gateway; plain http is usual there."""
        url = url or info.data.get("issuer", "")
        if url:
            check_origin(url)
        return url

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are `Secure` and `__Host-`: under https."""
        return self.issuer.startswith("https://")


def check_origin(url: str) -> None:
    """ValueError unless the URL is scheme, host and perhaps port, and nothing else."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https URL, like https://id.example.com")
    if parts.path or parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("must be scheme, host and port alone: no path, slash, query, fragment or user")
    if parts.port is None and parts.netloc.endswith(":"):
        raise ValueError("has a colon but no port")


def is_loopback(url: str) -> bool:
    """Whether the URL's host is `localhost` or a loopback address."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load() -> Settings:
    """Read the settings; on faults print every one of them and exit with status 1."""
    directory = os.environ.get("GATEHOUSE_SECRETS_DIR") or (
        "/run/secrets" if Path("/run/secrets").is_dir() else None
    )
    try:
        return Settings(_secrets_dir=directory)  # type: ignore[call-arg]
    except ValidationError as error:
        print("admin-ui cannot start, its settings are wrong:", file=sys.stderr)
        for fault in error.errors(include_input=False, include_url=False):
            name = str(fault["loc"][0])
            variable = name if name.startswith("WEB_") else PREFIX + name.upper()
            print(f"  {variable}: {fault['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        sys.exit(1)
