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
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

PREFIX = "GATEHOUSE_"

#: A length of time: a number of seconds, or ISO 8601 (`PT1H`).
Duration = Annotated[
    timedelta, BeforeValidator(lambda value: float(value) if str(value).isdigit() else value)
]


#: What this server can sign with (RFC 7518 §3.1, RFC 8037 §3.1).
SigningAlgorithm = Literal["RS256", "PS256", "ES256", "EdDSA"]


class Settings(BaseSettings):
    """Settings from `GATEHOUSE_*` variables, or from files of the same names in the secrets directory."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    profile: Literal["oauth21", "compat"] = "oauth21"
    """The security profile."""
    demo: bool = False
    """Any name signs in with the password `valid`, and the demo's clients are there."""
    demo_beyond_loopback: bool = False
    """Let the demo have an issuer that is not a loopback address."""
    issuer: str  # after the demo settings, which its check asks for
    """The public origin: scheme, host and port. https, but for loopback addresses."""

    mongodb_uri: SecretStr
    """Where MongoDB is, as the database user `auth-service`."""
    mongodb_database: str = Field("gatehouse", pattern=r"^[A-Za-z0-9_-]{1,38}$")
    """The database."""
    secret_key: SecretStr = Field(min_length=32)
    """Signs CSRF tokens; the same on every replica."""
    key_encryption_key: SecretStr
    """Encrypts the private signing keys: 32 bytes in base64url, the same on every replica."""

    migrate_mongodb_uri: SecretStr | None = None
    """For `gatehouse migrate`: as a database user that may create users; `MONGODB_URI` when left out."""
    auth_service_database_password: SecretStr | None = Field(None, min_length=16)
    """For `gatehouse migrate`: makes the database user `auth-service`."""
    resource_api_database_password: SecretStr | None = Field(None, min_length=16)
    """For `gatehouse migrate`: makes the database user `resource-api`."""
    resource_api_database: str = Field("resource_api", pattern=r"^[A-Za-z0-9_-]{1,38}$")
    """For `gatehouse migrate`: the database that `resource-api` may write."""
    admin_ui_client_secret: SecretStr | None = Field(None, min_length=32)
    """For `gatehouse migrate`: registers the client `gatehouse-admin-ui` with this secret."""
    resource_api_client_secret: SecretStr | None = Field(None, min_length=32)
    """For `gatehouse migrate`: registers the client `gatehouse-resource-api` with this secret."""

    authorization_request_lifetime: Duration = Field(timedelta(minutes=30), gt=timedelta(0))
    """How long somebody may take to sign in and decide."""
    authorization_code_lifetime: Duration = Field(
        timedelta(minutes=1), gt=timedelta(0), le=timedelta(minutes=10)
    )
    """How long a code can be redeemed."""
    device_code_lifetime: Duration = Field(
        timedelta(minutes=10), ge=timedelta(minutes=1), le=timedelta(hours=1)
    )
    """How long somebody may take to allow a device, on another one."""
    access_token_lifetime: Duration = Field(timedelta(hours=1), gt=timedelta(0), le=timedelta(days=1))
    """How long an access token is good."""
    refresh_token_lifetime: Duration = Field(timedelta(days=30), gt=timedelta(0))
    """How long a refresh token is good; each use gives a new one."""
    id_token_lifetime: Duration = Field(timedelta(hours=1), gt=timedelta(0))
    """How long an id_token is good."""
    id_token_in_front_channel: bool = True
    """Let clients have an id_token straight from the authorization endpoint under `oauth21` too."""
    registration: Literal["closed", "open", "initial_access_token"] = "closed"
    """Who may register clients at `/oauth/register`: nobody, everybody, or who holds an initial access token."""
    registration_scope: str = "openid profile email address phone offline_access"
    """What clients that register themselves may ask for at most."""
    signing_algorithms: Annotated[
        tuple[SigningAlgorithm, ...],
        NoDecode,
        BeforeValidator(lambda v: v.split() if isinstance(v, str) else v),
    ] = Field("RS256 PS256 ES256 EdDSA", validate_default=True)  # type: ignore[assignment]
    """What this server signs with, separated by spaces; RS256 and ES256 among them."""
    signing_key_rotation_interval: Duration = Field(timedelta(days=90), gt=timedelta(0))
    """How long a key signs before the next one takes over."""
    signing_key_overlap: Duration = Field(timedelta(days=1), ge=timedelta(minutes=10))
    """How long the next key is published before it signs."""
    previous_key_encryption_key: SecretStr | None = None
    """During `gatehouse rekey`: what `KEY_ENCRYPTION_KEY` was before."""

    session_idle_lifetime: Duration = Field(timedelta(hours=12), gt=timedelta(0))
    """After how long without a visit a browser is signed out."""
    session_absolute_lifetime: Duration = Field(timedelta(days=7), gt=timedelta(0))
    """After how long a browser is signed out in any case."""

    startup_timeout: Duration = Field(timedelta(seconds=30), ge=timedelta(0))
    """How long to wait for MongoDB at the start."""
    client_cache_seconds: float = Field(5, ge=0, le=60)
    """Seconds for which introspection remembers a client; issuance by client credentials at most 0.1. `0`: none."""
    password_hashing_concurrency: int = Field(2, ge=1, le=64)
    """How many passwords a worker hashes at once; each takes 19 MiB."""
    web_workers: int = Field(2, ge=1, le=256, validation_alias="WEB_WORKERS")
    """How many worker processes serve."""
    web_threads: int = Field(8, ge=1, le=256, validation_alias="WEB_THREADS")
    """How many requests a worker serves at once."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """What is logged at least."""

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

    @field_validator("registration_scope")
    @classmethod
    def check_registration_scope(cls, scope: str) -> str:
        """Scopes that there are, and none that administers."""
        from auth_service.protocol.scope import CATALOGUE  # which needs this module first

        for name in scope.split():
            if name not in CATALOGUE:
                raise ValueError(f"{name} is not a scope of this server")
            if CATALOGUE[name].resource == "/admin-api":
                raise ValueError(f"{name} reaches the admin API, which nobody can give themselves")
        return scope

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

    @field_validator("signing_algorithms")
    @classmethod
    def check_signing_algorithms(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """RS256 every client knows (OIDC Core §15.1), ES256 signs access tokens; each once."""
        if missing := [alg for alg in ("RS256", "ES256") if alg not in given]:
            raise ValueError(f"must have {' and '.join(missing)} among them")
        return tuple(dict.fromkeys(given))

    @field_validator("signing_key_overlap")
    @classmethod
    def check_signing_key_overlap(cls, overlap: timedelta, info: ValidationInfo) -> timedelta:
        """A key is published while the one before it signs."""
        interval = info.data.get("signing_key_rotation_interval")
        if interval is not None and overlap >= interval:
            raise ValueError(f"must be shorter than {PREFIX}SIGNING_KEY_ROTATION_INTERVAL")
        return overlap

    @field_validator("key_encryption_key", "previous_key_encryption_key")
    @classmethod
    def check_key_encryption_key(cls, value: SecretStr | None) -> SecretStr | None:
        """The key that encrypts private signing keys: 32 bytes in base64url."""
        if value is not None:
            decode_key(value.get_secret_value())
        return value

    @cached_property
    def encryption_key(self) -> bytes:
        """The 32 bytes of `key_encryption_key`."""
        return decode_key(self.key_encryption_key.get_secret_value())

    @cached_property
    def previous_encryption_key(self) -> bytes | None:
        """The 32 bytes of `previous_key_encryption_key`, or None."""
        previous = self.previous_key_encryption_key
        return decode_key(previous.get_secret_value()) if previous is not None else None

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
    name = str(fault["loc"][0])
    variable = name if name.startswith("WEB_") else PREFIX + name.upper()
    return f"{variable}: {fault['msg'].removeprefix('Value error, ')}"
