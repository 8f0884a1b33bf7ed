"""Client metadata (RFC 7591 §2, OIDC Registration §2): its types and its defaults. `client_metadata_rules` has
what the fields must be to each other.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from auth_service.protocol import client_metadata_rules as rules
from auth_service.protocol.client_jwks import check_jwks
from auth_service.protocol.client_uri import (
    check_document_url,
    check_https_url,
    check_logout_uri,
    check_redirect_uri,
    check_web_url,
)
from auth_service.protocol.errors import InvalidScope
from auth_service.protocol.profile import DEVICE_CODE, Profile
from auth_service.protocol.response_type import normalise
from auth_service.protocol.scope import parse_scope

GrantType = Literal[
    "authorization_code",
    "implicit",
    "password",
    "client_credentials",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
]
ResponseType = Literal[
    "code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"
]
#: What this server and its clients sign with (RFC 7518 §3, RFC 8037).
SigningAlgorithm = Literal["RS256", "PS256", "ES256", "EdDSA"]
EncryptionAlgorithm = Literal["RSA-OAEP-256", "ECDH-ES"]
ContentEncryption = Literal["A256GCM"]

WITH_A_PERSON = ("authorization_code", "implicit", "password", DEVICE_CODE)
MAX_FAULTS = 50
MAX_AGE_LIMIT = 10 * 365 * 24 * 3600  # seconds

_PYDANTIC_BEGINNING = re.compile(r"^(Input|String|List|Value|Dictionary) should ")
_PYDANTIC_COUNT = re.compile(r" after validation, not .*$")
_ACR = re.compile(r"[!-~]+")
#: A zero-width non-joiner or joiner where it has something to join: Persian words and emoji of families need them.
_JOINER = re.compile(r"(?<=[^\s\u200c\u200d])[\u200c\u200d](?=[^\s\u200c\u200d])")


class InvalidClientMetadata(Exception):
    """It cannot be registered. `faults` are pairs of a field, as in `redirect_uris[1]`, and a message."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(": ".join(filter(None, fault)) for fault in faults))
        self.faults = faults


def check_text(text: str) -> str:
    """What people read: nothing in it can disguise what it says."""
    if has_invisible(text):
        raise ValueError("must not contain control or invisible characters")
    if not text.strip():
        raise ValueError("must not be blank")
    return text.strip()


def has_invisible(text: str) -> bool:
    """Whether it has control, format or unassigned characters; a joiner between two visible ones is none of them."""
    return any(unicodedata.category(character)[0] == "C" for character in _JOINER.sub("", text))


def check_scope(scope: str) -> str:
    """RFC 6749 §3.3: known scopes separated by spaces; repetitions are dropped."""
    try:
        return " ".join(parse_scope(scope))
    except InvalidScope:
        raise ValueError("has a scope that this server does not know") from None


def check_acr(value: str) -> str:
    """OIDC Core §3.1.2.1: `acr_values` are separated by spaces, so that none can have one."""
    if not _ACR.fullmatch(value):
        raise ValueError("must be printable ASCII without spaces")
    return value


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


Text = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(check_text)]
WebUrl = Annotated[str, Field(max_length=2048), AfterValidator(check_web_url)]
HttpsUrl = Annotated[str, Field(max_length=2048), AfterValidator(check_https_url)]
DocumentUrl = Annotated[str, Field(max_length=2048), AfterValidator(check_document_url)]
LogoutUri = Annotated[str, Field(max_length=2048), AfterValidator(check_logout_uri)]
RedirectUri = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(check_redirect_uri)]
RedirectUris = Annotated[list[RedirectUri], Field(max_length=50), AfterValidator(_distinct)]
RequestUris = Annotated[list[DocumentUrl], Field(max_length=50), AfterValidator(_distinct)]
Contact = Annotated[str, Field(min_length=1, max_length=254), AfterValidator(check_text)]
Acr = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(check_acr)]
#: OAuth Multiple Response Types §3: the order of the words means nothing.
OneResponseType = Annotated[
    ResponseType, BeforeValidator(lambda value: normalise(value) if isinstance(value, str) else value)
]


class ClientMetadata(BaseModel):
    """What a client says of itself. Members that are not known are ignored (RFC 7591 §2)."""

    model_config = ConfigDict(strict=True, extra="ignore")

    client_name: Text | None = None
    client_uri: WebUrl | None = None
    logo_uri: WebUrl | None = None
    policy_uri: WebUrl | None = None
    tos_uri: WebUrl | None = None
    contacts: Annotated[list[Contact], Field(max_length=10)] = []
    software_id: Text | None = None
    software_version: Text | None = None
    application_type: Literal["web", "native"] = "web"
    redirect_uris: RedirectUris = []
    post_logout_redirect_uris: RedirectUris = []
    grant_types: Annotated[list[GrantType], Field(max_length=10), AfterValidator(_distinct)] = []
    response_types: Annotated[list[OneResponseType], Field(max_length=10), AfterValidator(_distinct)] = []
    scope: Annotated[str, Field(max_length=1000), AfterValidator(check_scope)] | None = None

    token_endpoint_auth_method: Literal[
        "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"
    ] = "client_secret_basic"
    token_endpoint_auth_signing_alg: Literal[SigningAlgorithm, "HS256"] | None = None
    jwks: Annotated[dict[str, Any], AfterValidator(check_jwks)] | None = None
    jwks_uri: DocumentUrl | None = None

    subject_type: Literal["public", "pairwise"] = "public"
    sector_identifier_uri: DocumentUrl | None = None
    id_token_signed_response_alg: SigningAlgorithm = "RS256"
    id_token_encrypted_response_alg: EncryptionAlgorithm | None = None
    id_token_encrypted_response_enc: ContentEncryption | None = None
    userinfo_signed_response_alg: SigningAlgorithm | None = None
    userinfo_encrypted_response_alg: EncryptionAlgorithm | None = None
    userinfo_encrypted_response_enc: ContentEncryption | None = None
    request_object_signing_alg: Literal[SigningAlgorithm, "none"] | None = None
    request_uris: RequestUris = []
    default_max_age: Annotated[int, Field(ge=0, le=MAX_AGE_LIMIT)] | None = None
    require_auth_time: bool = False
    default_acr_values: Annotated[list[Acr], Field(max_length=10), AfterValidator(_distinct)] = []
    initiate_login_uri: HttpsUrl | None = None

    backchannel_logout_uri: LogoutUri | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: LogoutUri | None = None
    frontchannel_logout_session_required: bool = False


def validate(metadata: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """The normalised metadata with every default filled in; raises InvalidClientMetadata with all faults."""
    try:
        given = ClientMetadata.model_validate(dict(metadata))
    except ValidationError as error:
        raise InvalidClientMetadata(faults_of(error)) from None
    complete = fill_in_defaults(given, profile)
    faults = list(rules.contradictions(complete, profile))
    if faults:
        raise InvalidClientMetadata(faults)
    return complete.model_dump()


def fill_in_defaults(given: ClientMetadata, profile: Profile) -> ClientMetadata:
    """RFC 7591 §2: the code flow, unless the grant or response types that were given say otherwise.

    Where the profile has no implicit grant but an id_token in the front channel, that grant is left out
    (RFC 7591 §3.2.1): the standard wants it named for a response type that needs nothing of it here.
    """
    fields = given.model_fields_set
    grants: list[Any] = list(given.grant_types)
    responses: list[Any] = list(given.response_types)
    if "grant_types" not in fields:
        grants = rules.grants_for(responses if "response_types" in fields else ["code"], profile)
    if "response_types" not in fields:
        responses = [response for grant, response in rules.USUAL_RESPONSE.items() if grant in grants]
    if responses and "implicit" not in profile.grant_types and set(responses) <= set(profile.response_types):
        grants = [grant for grant in grants if grant != "implicit"]
    scope = given.scope
    if scope is None:
        scope = "profile email" if set(grants) & set(WITH_A_PERSON) else ""
        openid = {"authorization_code", DEVICE_CODE} & set(grants) or any(
            "id_token" in response for response in responses
        )
        scope = f"openid {scope}" if openid else scope
    changes: dict[str, Any] = {"grant_types": grants, "response_types": responses, "scope": scope}
    for kind in ("id_token", "userinfo"):
        if getattr(given, f"{kind}_encrypted_response_alg") is not None:
            changes[f"{kind}_encrypted_response_enc"] = "A256GCM"
    return given.model_copy(update=changes)


def faults_of(error: ValidationError) -> list[tuple[str, str]]:
    """Field and message of each fault that pydantic found, MAX_FAULTS at most; no value is repeated."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [(field_name(fault), message_of(fault)) for fault in found[:MAX_FAULTS]]


def message_of(fault: ErrorDetails) -> str:
    """What is wrong, in words that follow the field's name."""
    if fault["type"] == "extra_forbidden":
        return "is not a field that can be set here"
    if fault["type"] == "missing":
        return "is required"
    message = _PYDANTIC_COUNT.sub("", fault["msg"].removeprefix("Value error, "))
    return _PYDANTIC_BEGINNING.sub("must ", message)


def field_name(fault: ErrorDetails) -> str:
    """Where the fault is, like `redirect_uris[1]`; empty for the whole body."""
    name = ""
    for part in fault["loc"]:
        name += f"[{part}]" if isinstance(part, int) else f"{'.' if name else ''}{part}"
    return name[:100]
