"""Client metadata (RFC 7591 §2, OIDC Dynamic Client Registration §2): its types, its rules, its defaults."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from auth_service.protocol.errors import InvalidScope
from auth_service.protocol.profile import Profile
from auth_service.protocol.redirect_uri import DANGEROUS_SCHEMES
from auth_service.protocol.scope import parse_scope
from auth_service.settings import is_loopback

GrantType = Literal["authorization_code", "implicit", "password", "client_credentials", "refresh_token"]
ResponseType = Literal["code", "token"]

#: RFC 7591 §2.1: the grant types that answer at the authorization endpoint, and with which response type.
RESPONSE_TYPE_OF: dict[GrantType, ResponseType] = {"authorization_code": "code", "implicit": "token"}
WITH_A_PERSON = ("authorization_code", "implicit", "password")
MAX_FAULTS = 50

_PYDANTIC_BEGINNING = re.compile(r"^(Input|String|List|Value) should ")
_NOT_IN_A_URI = re.compile(r'[^!-~]|["<>\\^`{|}]|%(?![0-9A-Fa-f]{2})')


class InvalidClientMetadata(Exception):
    """It cannot be registered. `faults` are pairs of a field, as in `redirect_uris[1]`, and a message."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in faults))
        self.faults = faults


def check_text(text: str) -> str:
    """What people read: no control, format or unassigned characters, which can disguise what it says."""
    if any(unicodedata.category(character)[0] == "C" for character in text):
        raise ValueError("must not contain control or invisible characters")
    if not text.strip():
        raise ValueError("must not be blank")
    return text.strip()


def _split(uri: str) -> SplitResult:
    """The parts of an absolute URI of printable ASCII (RFC 3986) without userinfo; ValueError otherwise."""
    if _NOT_IN_A_URI.search(uri):
        raise ValueError("must be a URI of printable ASCII: percent-encode everything else")
    try:
        parts = urlsplit(uri)
        _port = parts.port
    except ValueError:
        raise ValueError("is not a URI: its host or port is malformed") from None
    if not parts.scheme:
        raise ValueError("must be absolute, like https://app.example.com/callback")
    if parts.scheme in DANGEROUS_SCHEMES:
        raise ValueError(f"must not use the scheme {parts.scheme}:")
    if parts.scheme in ("http", "https") and not parts.hostname:
        raise ValueError("must have a host")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user name or password")
    return parts


def check_web_url(url: str) -> str:
    """A page that people are sent to: an http or https URL."""
    if _split(url).scheme not in ("http", "https"):
        raise ValueError("must be an http or https URL")
    return url


def check_redirect_uri(uri: str) -> str:
    """RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252 §7: exact, absolute, and not to be caught by others."""
    if "#" in uri:
        raise ValueError("must not have a fragment (#...)")
    if "*" in uri:
        raise ValueError("must not have a wildcard (*): redirect URIs are compared exactly")
    parts = _split(uri)
    if parts.scheme == "http" and not is_loopback(uri):
        raise ValueError("must be https; plain http is for loopback addresses only")
    if parts.scheme not in ("http", "https") and "." not in parts.scheme:
        raise ValueError(
            "must be https, or for native apps a scheme with a dot, like com.example.app:/callback"
        )
    return uri


def check_scope(scope: str) -> str:
    """RFC 6749 §3.3: known scopes separated by spaces; repetitions are dropped."""
    try:
        return " ".join(parse_scope(scope))
    except InvalidScope:
        raise ValueError("has a scope that this server does not know") from None


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


Text = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(check_text)]
WebUrl = Annotated[str, Field(max_length=2048), AfterValidator(check_web_url)]
RedirectUri = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(check_redirect_uri)]
RedirectUris = Annotated[list[RedirectUri], Field(max_length=50), AfterValidator(_distinct)]
Contact = Annotated[str, Field(min_length=1, max_length=254), AfterValidator(check_text)]


class ClientMetadata(BaseModel):
    """What a client says of itself. Members that are not known are ignored (RFC 7591 §2)."""

    model_config = ConfigDict(strict=True, extra="ignore")

    client_name: Text | None = None
    client_uri: WebUrl | None = None
    logo_uri: WebUrl | None = None
    policy_uri: WebUrl | None = None
    tos_uri: WebUrl | None = None
    contacts: Annotated[list[Contact], Field(max_length=10)] = []
    application_type: Literal["web", "native"] = "web"
    redirect_uris: RedirectUris = []
    post_logout_redirect_uris: RedirectUris = []
    grant_types: Annotated[list[GrantType], Field(max_length=10), AfterValidator(_distinct)] = []
    response_types: Annotated[list[ResponseType], Field(max_length=10), AfterValidator(_distinct)] = []
    scope: Annotated[str, Field(max_length=1000), AfterValidator(check_scope)] | None = None
    token_endpoint_auth_method: Literal["client_secret_basic", "client_secret_post", "none"] = (
        "client_secret_basic"
    )
    id_token_signed_response_alg: Literal["RS256", "ES256"] = "RS256"


def validate(metadata: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """The normalised metadata with every default filled in; raises InvalidClientMetadata with all faults."""
    try:
        given = ClientMetadata.model_validate(dict(metadata))
    except ValidationError as error:
        raise InvalidClientMetadata(faults_of(error)) from None
    complete = fill_in_defaults(given)
    faults = list(contradictions(complete, profile))
    if faults:
        raise InvalidClientMetadata(faults)
    return complete.model_dump()


def fill_in_defaults(given: ClientMetadata) -> ClientMetadata:
    """RFC 7591 §2: the code flow, unless the grant or response types that were given say otherwise."""
    fields = given.model_fields_set
    grants, responses = list(given.grant_types), list(given.response_types)
    if "grant_types" not in fields:
        wanted = responses if "response_types" in fields else ["code"]
        grants = [grant for grant, response in RESPONSE_TYPE_OF.items() if response in wanted]
    if "response_types" not in fields:
        responses = [RESPONSE_TYPE_OF[grant] for grant in grants if grant in RESPONSE_TYPE_OF]
    scope = given.scope
    if scope is None:
        scope = "profile email" if set(grants) & set(WITH_A_PERSON) else ""
        scope = f"openid {scope}" if "authorization_code" in grants else scope
    return given.model_copy(update={"grant_types": grants, "response_types": responses, "scope": scope})


def contradictions(client: ClientMetadata, profile: Profile) -> Iterator[tuple[str, str]]:
    """What each field alone cannot tell: grants, responses, authentication and redirect URIs must fit."""
    yield from _grant_faults(client, profile)
    yield from _response_faults(client)
    if set(RESPONSE_TYPE_OF) & set(client.grant_types) and not client.redirect_uris:
        yield "redirect_uris", "is required for authorization_code and implicit"
    for field in ("redirect_uris", "post_logout_redirect_uris"):
        for index, uri in enumerate(getattr(client, field)):
            if client.application_type == "web" and urlsplit(uri).scheme not in ("http", "https"):
                yield f"{field}[{index}]", "has a custom scheme, which needs application_type native"


def _grant_faults(client: ClientMetadata, profile: Profile) -> Iterator[tuple[str, str]]:
    """RFC 6749 §4.2, §4.4, §6, and what the security profile refuses."""
    public = client.token_endpoint_auth_method == "none"
    for index, grant in enumerate(client.grant_types):
        field = f"grant_types[{index}]"
        if grant not in profile.grant_types:
            yield field, f"{grant} is refused by the security profile {profile.name}"
        elif grant == "client_credentials" and public:
            yield (
                field,
                "client_credentials needs a client that authenticates, not token_endpoint_auth_method none",
            )
        elif grant == "implicit" and not public:
            yield field, "implicit is for public clients only: it needs token_endpoint_auth_method none"
        elif grant == "refresh_token" and not {"authorization_code", "password"} & set(client.grant_types):
            yield field, "refresh_token needs authorization_code or password beside it"


def _response_faults(client: ClientMetadata) -> Iterator[tuple[str, str]]:
    """RFC 7591 §2.1: a response type for each grant at the authorization endpoint, and vice versa."""
    for grant, response in RESPONSE_TYPE_OF.items():
        if grant in client.grant_types and response not in client.response_types:
            yield "response_types", f"must have {response}, since grant_types has {grant}"
        if response in client.response_types and grant not in client.grant_types:
            yield "response_types", f"has {response}, which needs {grant} in grant_types"


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
    return _PYDANTIC_BEGINNING.sub("must ", fault["msg"].removeprefix("Value error, "))


def field_name(fault: ErrorDetails) -> str:
    """Where the fault is, like `redirect_uris[1]`; empty for the whole body."""
    name = ""
    for part in fault["loc"]:
        name += f"[{part}]" if isinstance(part, int) else f"{'.' if name else ''}{part}"
    return name[:100]
