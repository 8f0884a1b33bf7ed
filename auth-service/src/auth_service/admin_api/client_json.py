"""A client as the API takes it and shows it: RFC 7591's names, then ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auth_service.protocol.client_metadata import ClientMetadata


def check_audience(uri: str) -> str:
    """RFC 8707 §2: an absolute URI without a fragment."""
    if not uri.isascii() or not uri.isprintable() or " " in uri or "#" in uri:
        raise ValueError("must be a URI of printable ASCII without a fragment")
    try:
        parts = urlsplit(uri)
    except ValueError:
        raise ValueError("is not a URI") from None
    if not parts.scheme or not (parts.netloc or parts.path):
        raise ValueError("must be an absolute URI, like https://api.example.com")
    return uri


Audience = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(check_audience)]


class ClientIn(ClientMetadata):
    """A client to create, or those of its fields that change. Unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid")

    profile: Annotated[Literal["oauth21"] | None, Field(description="Stricter than the server's.")] = None
    access_token_format: Literal["opaque", "jwt"] = "opaque"
    owner: Annotated[str | None, Field(max_length=128, description="A user's `sub`.")] = None
    audience: Annotated[list[Audience], Field(max_length=10, description="Instead of the scopes' own.")] = []
    resource_server: Annotated[bool, Field(description="May introspect every token.")] = False
    consent_required: bool = True
    disabled: bool = False


class SecretOut(BaseModel):
    """What may be known of a secret."""

    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


class ClientOut(BaseModel):
    """A client as it is stored, without the hashes of its secrets."""

    client_id: str
    client_id_issued_at: Annotated[int, Field(description="Seconds since 1970.")]
    registered_itself: Annotated[bool, Field(description="By dynamic registration (RFC 7591).")] = False
    client_name: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: list[str] = []
    software_id: str | None = None
    software_version: str | None = None
    application_type: str = "web"
    redirect_uris: list[str] = []
    post_logout_redirect_uris: list[str] = []
    grant_types: list[str] = []
    response_types: list[str] = []
    scope: str = ""
    token_endpoint_auth_method: str
    token_endpoint_auth_signing_alg: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    subject_type: str = "public"
    sector_identifier_uri: str | None = None
    id_token_signed_response_alg: str = "RS256"
    id_token_encrypted_response_alg: str | None = None
    id_token_encrypted_response_enc: str | None = None
    userinfo_signed_response_alg: str | None = None
    userinfo_encrypted_response_alg: str | None = None
    userinfo_encrypted_response_enc: str | None = None
    request_object_signing_alg: str | None = None
    request_uris: list[str] = []
    default_max_age: int | None = None
    require_auth_time: bool = False
    default_acr_values: list[str] = []
    initiate_login_uri: str | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    profile: str | None = None
    access_token_format: str = "opaque"
    owner: str | None = None
    audience: list[str] = []
    resource_server: bool = False
    consent_required: bool = True
    secrets: list[SecretOut] = []
    disabled_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class ClientDetail(ClientOut):
    """A client with what depends on it. Counts stop at 10000."""

    active_access_tokens: int
    active_refresh_tokens: int


class NewClientOut(ClientOut):
    """A client that was just created, with the secret that is shown this once; null for a public client."""

    client_secret: str | None
    client_secret_expires_at: Annotated[
        int, Field(description="0: it does not expire (RFC 7591 §3.2.1).")
    ] = 0


class ClientPage(BaseModel):
    """A page of clients."""

    items: list[ClientOut]
    next: str | None


class RotationIn(BaseModel):
    """For how long, in seconds, the previous secret stays valid beside the new one."""

    model_config = ConfigDict(strict=True, extra="forbid")

    keep_previous_for: Annotated[int, Field(ge=0, le=30 * 24 * 3600)] = 0


class RotationOut(BaseModel):
    """The new secret, shown this once, and when the previous one stops working."""

    client_id: str
    client_secret: str
    previous_expires_at: datetime | None


def show(document: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a stored client, without what nobody is told."""
    present = {name: value for name, value in document.items() if value is not None}
    token = present.pop("registration_access_token", None)
    present.pop("encrypted_secret", None)
    return {
        **present,
        "client_id": document["_id"],
        "registered_itself": token is not None,
        "client_id_issued_at": int(document["created_at"].timestamp()),
    }
