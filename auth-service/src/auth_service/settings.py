"""Every setting of the authorization server, typed and checked; a bad start lists all its faults at once."""

import base64
import binascii
import ipaddress
import os
import sys
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

PREFIX = "GATEHOUSE_"

#: A length of time: a number of seconds, or ISO 8601 (`PT1H`).
Duration = Annotated[
    timedelta, BeforeValidator(lambda value: float(value) if str(value).isdigit() else value)
]


class Settings(BaseSettings):
    """Settings from `GATEHOUSE_*` variables, or from files of the same names in the secrets directory."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    profile: Literal["oauth21", "compat"] = "oauth21"
    demo: bool = False
    demo_beyond_loopback: bool = False
    issuer: str  # after the demo settings, which its check asks for

    mongodb_uri: SecretStr
    mongodb_database: str = Field("gatehouse", pattern=r"^[A-Za-z0-9_-]{1,38}$")
    secret_key: SecretStr = Field(min_length=32)
    key_encryption_key: SecretStr
    admin_ui_client_secret: SecretStr | None = Field(None, min_length=32)
    resource_api_client_secret: SecretStr | None = Field(None, min_length=32)

    migrate_mongodb_uri: SecretStr | None = None
    auth_service_database_password: SecretStr | None = Field(None, min_length=16)
    resource_api_database_password: SecretStr | None = Field(None, min_length=16)
    resource_api_database: str = Field("resource_api", pattern=r"^[A-Za-z0-9_-]{1,38}$")

    authorization_request_lifetime: Duration = Field(timedelta(minutes=30), gt=timedelta(0))
    authorization_code_lifetime: timedelta = Field(
        timedelta(minutes=1), gt=timedelta(0), le=timedelta(minutes=10)
    )
    access_token_lifetime: Duration = Field(timedelta(hours=1), gt=timedelta(0), le=timedelta(days=1))
    refresh_token_lifetime: Duration = Field(timedelta(days=30), gt=timedelta(0))
    id_token_lifetime: Duration = Field(timedelta(hours=1), gt=timedelta(0))
    session_idle_lifetime: Duration = Field(timedelta(hours=12), gt=timedelta(0))
    session_absolute_lifetime: Duration = Field(timedelta(days=7), gt=timedelta(0))
    signing_key_lifetime: Duration = Field(timedelta(days=90), gt=timedelta(hours=1))

    startup_timeout: Duration = Field(timedelta(seconds=30), ge=timedelta(0))
    client_cache_seconds: float = Field(5, ge=0, le=60)
    password_hashing_concurrency: int = Field(2, ge=1, le=64)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("issuer")
    @classmethod
    def check_issuer(cls, issuer: str, info: ValidationInfo) -> str:
        """RFC 8414 §2: https; plain http, and the demo with its known password, on this machine only."""
        parts = urlsplit(issuer)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https URL, like https://id.example.com")
        if parts.path or parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError("must be scheme, host and port alone: no path, slash, query, fragment or user")
        if parts.port is None and parts.netloc.endswith(":"):
            raise ValueError("has a colon but no port")
        if not is_loopback(issuer):
            if info.data.get("demo") and not info.data.get("demo_beyond_loopback"):
                raise ValueError(
                    "the demo refuses an address that is not loopback, since anyone could sign in as anyone; "
                    f"set {PREFIX}DEMO_BEYOND_LOOPBACK=true to insist"
                )
            if not info.data.get("demo") and parts.scheme != "https":
                raise ValueError("must be https unless it is a loopback address")
        return issuer

    @field_validator("mongodb_uri", "migrate_mongodb_uri")
    @classmethod
    def check_mongodb_uri(cls, uri: SecretStr | None) -> SecretStr | None:
        """A MongoDB connection string; what is wrong with it is not repeated, since it holds a password."""
        try:
            if uri is not None:
                parse_uri(uri.get_secret_value())
        except (PyMongoError, ValueError):
            raise ValueError("must be a MongoDB URI, like mongodb://user:password@mongo:27017/") from None
        return uri

    @field_validator("key_encryption_key")
    @classmethod
    def check_key_encryption_key(cls, value: SecretStr) -> SecretStr:
        """The key that encrypts private signing keys: 32 bytes in base64url."""
        decode_key(value.get_secret_value())
        return value

    @cached_property
    def encryption_key(self) -> bytes:
        """The 32 bytes of `key_encryption_key`."""
        return decode_key(self.key_encryption_key.get_secret_value())

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are `Secure` and `__Host-`: under https."""
        return self.issuer.startswith("https://")


def decode_key(text: str) -> bytes:
    """Decode base64url to exactly 32 bytes; ValueError otherwise."""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must be 32 bytes in base64url") from None
    if len(key) != 32:
        raise ValueError("must be 32 bytes in base64url")
    return key


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
    given = os.environ.get(f"{PREFIX}SECRETS_DIR")
    directory = Path(given or "/run/secrets")
    faults = [f"{PREFIX}SECRETS_DIR: {given} is not a folder"] if given and not directory.is_dir() else []
    settings = None
    try:
        settings = Settings(_secrets_dir=directory if directory.is_dir() else None)  # type: ignore[call-arg]
    except ValidationError as error:
        faults += [describe(fault) for fault in error.errors(include_input=False, include_url=False)]
    if settings is None or faults:
        print("\n  ".join(["auth-service cannot start, its settings are wrong:", *faults]), file=sys.stderr)
        sys.exit(1)
    return settings


def describe(fault: ErrorDetails) -> str:
    """One fault as the operator reads it: the variable, and what is wrong with its value."""
    return f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg'].removeprefix('Value error, ')}"
