"""The kinds of client that people create, and the RFC 7591 fields that make each kind safe."""

from dataclasses import dataclass, field
from typing import Any

SIGN_IN_SCOPES = ("openid", "profile", "email")
#: RFC 8628 §3.4.
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class ClientType:
    """A kind of client: its words for the wizard, the fields it fixes, the fields it asks for."""

    key: str
    title: str
    summary: str
    icon: str
    registration: dict[str, Any]
    redirects: bool = True
    signs_out: bool = True
    default_scope: tuple[str, ...] = SIGN_IN_SCOPES
    hint: str = field(default="")

    @property
    def confidential(self) -> bool:
        """Whether it gets a secret."""
        return self.registration["token_endpoint_auth_method"] != "none"

    @property
    def asks_people(self) -> bool:
        """Whether people see it, and what it asks for, on a page where they allow or deny that."""
        return bool(self.default_scope)

    @property
    def gets_id_tokens(self) -> bool:
        """Whether it learns by OpenID Connect who signed in."""
        return "openid" in self.default_scope


CODE = {"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]}

TYPES = (
    ClientType(
        "web",
        "Web application",
        "Runs on a server of yours, which can keep a secret. People sign in.",
        icon="server-2",
        registration={**CODE, "application_type": "web", "token_endpoint_auth_method": "client_secret_basic"},
    ),
    ClientType(
        "spa",
        "Single-page application",
        "JavaScript in the browser. No secret; the code flow with PKCE.",
        icon="browser",
        registration={**CODE, "application_type": "web", "token_endpoint_auth_method": "none"},
    ),
    ClientType(
        "native",
        "Native application",
        "On a phone or a desktop. No secret; PKCE, and a redirect to the app itself.",
        icon="device-mobile",
        registration={**CODE, "application_type": "native", "token_endpoint_auth_method": "none"},
    ),
    ClientType(
        "device",
        "Television or command line",
        "Has no browser or no keyboard. People allow it on their phone, by a short code. No secret.",
        icon="device-tv",
        registration={
            "grant_types": [DEVICE_CODE, "refresh_token"],
            "response_types": [],
            "token_endpoint_auth_method": "none",
        },
        redirects=False,
        signs_out=False,
    ),
    ClientType(
        "machine",
        "Machine",
        "A service or a script that acts for itself. Nobody signs in.",
        icon="robot",
        registration={
            "grant_types": ["client_credentials"],
            "response_types": [],
            "token_endpoint_auth_method": "client_secret_basic",
        },
        redirects=False,
        signs_out=False,
        default_scope=(),
    ),
    ClientType(
        "implicit",
        "Implicit (legacy)",
        "Old browser code that cannot be changed: the token comes back in the address.",
        icon="alert-triangle",
        registration={
            "grant_types": ["implicit"],
            "response_types": ["token"],
            "application_type": "web",
            "token_endpoint_auth_method": "none",
        },
        signs_out=False,
        default_scope=("profile",),
        hint="OAuth 2.1 removed this grant, since tokens leak through addresses. It works only while the "
        "server runs its compatible profile. Choose a single-page application if the code can be changed.",
    ),
)
#: Not in the wizard: registered by administrators for services that check tokens (RFC 7662).
API = ClientType(
    "api",
    "API",
    "Checks the tokens that it is sent, by introspection.",
    icon="api",
    registration={
        "grant_types": [],
        "response_types": [],
        "token_endpoint_auth_method": "client_secret_basic",
    },
    redirects=False,
    signs_out=False,
    default_scope=(),
)
BY_KEY = {kind.key: kind for kind in TYPES}


def name_of(client: dict[str, Any]) -> str:
    """What people call the client: its name, else its id."""
    return str(client.get("client_name") or client["client_id"])


def type_of(client: dict[str, Any]) -> ClientType:
    """The kind that an existing client resembles most."""
    grants = client.get("grant_types") or []
    if "authorization_code" in grants:
        if client.get("token_endpoint_auth_method") != "none":
            return BY_KEY["web"]
        return BY_KEY["native" if client.get("application_type") == "native" else "spa"]
    if "implicit" in grants:
        return BY_KEY["implicit"]
    if DEVICE_CODE in grants:
        return BY_KEY["device"]
    return BY_KEY["machine"] if grants else API
