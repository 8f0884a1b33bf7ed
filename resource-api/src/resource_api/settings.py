"""Every setting of resource-api, typed and checked; a bad start lists all its faults at once."""

import os
import sys
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

PREFIX = "RESOURCE_API_"
SECRETS_DIRECTORY = "GATEHOUSE_SECRETS_DIR"


class Settings(BaseSettings):
    """Settings from `RESOURCE_API_*` variables, or from files of the same names in the secrets directory."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    issuer: str
    """The issuer of the tokens, exactly as auth-service has it."""
    audience: str = Field("", validate_default=True)
    """What a token's audience must name; `<issuer>/api` when left out."""
    introspection: Literal["shared_database", "endpoint", "jwt"] = "shared_database"
    """How tokens are checked."""

    mongodb_uri: SecretStr
    """Where MongoDB is, as the database user `resource-api`."""
    mongodb_database: str = Field("resource_api", pattern=r"^[A-Za-z0-9_-]{1,38}$")
    """Its own database."""
    gatehouse_database: str = Field("gatehouse", pattern=r"^[A-Za-z0-9_-]{1,38}$")
    """auth-service's database, which it only reads."""
    client_cache_seconds: float = Field(5, ge=0, le=60)
    """`shared_database`: how long it remembers that a client is enabled."""

    introspection_endpoint: str = Field("", validate_default=True)
    """`endpoint`: where to ask; `<issuer>/oauth/introspect` when left out."""
    client_id: str = Field("gatehouse-resource-api", min_length=1)
    """`endpoint`: the client that asks."""
    client_secret: SecretStr | None = Field(None, validate_default=True)
    """`endpoint`: its secret."""

    jwks_uri: str = Field("", validate_default=True)
    """`jwt`: where the keys are; `<issuer>/oauth/jwks` when left out."""

    startup_timeout_seconds: float = Field(30, ge=0, le=600)
    """How long to wait for MongoDB at the start."""
    web_workers: int = Field(2, ge=1, le=256, validation_alias="WEB_WORKERS")
    """How many worker processes serve."""
    web_threads: int = Field(8, ge=1, le=256, validation_alias="WEB_THREADS")
    """How many requests a worker serves at once."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """What is logged at least."""

    @field_validator("issuer")
    @classmethod
    def check_issuer(cls, issuer: str) -> str:
        """RFC 8414 §2: scheme, host and port; compared character by character with a token's `iss`."""
        parts = check_url(issuer)
        if parts.path or parts.query:
            raise ValueError("must be scheme, host and port alone: no path, slash or query")
        return issuer

    @field_validator("audience", "introspection_endpoint", "jwks_uri")
    @classmethod
    def check_or_derive_url(cls, url: str, info: ValidationInfo) -> str:
        """Take the URL that was given, else the issuer's own path for it."""
        if url:
            check_url(url)
            return url
        paths = {"audience": "/api", "introspection_endpoint": "/oauth/introspect", "jwks_uri": "/oauth/jwks"}
        return info.data.get("issuer", "") + paths[str(info.field_name)]

    @field_validator("mongodb_uri")
    @classmethod
    def check_mongodb_uri(cls, uri: SecretStr) -> SecretStr:
        """Refuse what pymongo could not read, without repeating the password in it."""
        try:
            parse_uri(uri.get_secret_value())
        except (PyMongoError, ValueError):
            raise ValueError("must be a MongoDB URI, like mongodb://user:password@mongo:27017/") from None
        return uri

    @field_validator("client_secret")
    @classmethod
    def check_client_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """The introspection endpoint answers authenticated clients only (RFC 7662 §2.1)."""
        if info.data.get("introspection") == "endpoint" and not (secret and secret.get_secret_value()):
            raise ValueError(f"is needed when {PREFIX}INTROSPECTION is endpoint")
        return secret


def check_url(url: str) -> SplitResult:
    """Split an http or https URL; ValueError when it is not one, or holds what a header could not carry."""
    if not url.isascii() or not url.isprintable() or set(url) & set(' "\\'):
        raise ValueError("must be ASCII, without spaces, quotes or backslashes")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https URL")
    if parts.port is None and parts.netloc.endswith(":"):
        raise ValueError("has a colon but no port")
    if parts.fragment or parts.username or parts.password:
        raise ValueError("must have no user, password or fragment")
    return parts


def load() -> Settings:
    """Read the settings; on faults print every one of them and exit with status 1."""
    given = os.environ.get(SECRETS_DIRECTORY)
    directory = Path(given or "/run/secrets")
    faults = []
    if given and not directory.is_dir():
        faults.append(f"{SECRETS_DIRECTORY}: {given} is not a folder")
    try:
        settings = Settings(_secrets_dir=directory if directory.is_dir() else None)  # type: ignore[call-arg]
    except ValidationError as error:
        faults += [describe(fault) for fault in error.errors(include_input=False, include_url=False)]
    if faults:
        sys.exit("\n  ".join(["resource-api cannot start, its settings are wrong:", *faults]))
    return settings


def describe(fault: ErrorDetails) -> str:
    """One fault on one line, under the name of its variable and without its value."""
    name = str(fault["loc"][0])
    variable = name if name.startswith("WEB_") else PREFIX + name.upper()
    return f"{variable}: {fault['msg'].removeprefix('Value error, ')}"
