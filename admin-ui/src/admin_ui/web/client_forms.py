"""The form for clients: each kind shows only the fields that matter to it."""

from typing import Any

from wtforms import (
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.current import admin_ui
from admin_ui.web.client_types import ClientType
from admin_ui.web.forms import LinesField
from admin_ui.web.protocol_fields import NAMES, ProtocolFields, check_web_address, protocol_data
from admin_ui.web.redirect_uris import Line, check_lines
from admin_ui.web.rights import present_person

ADMINISTRATIVE = {"admin:read", "admin:write", "clients:own"}
ADVANCED = ("client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "access_token_format", "profile")


def check_redirect_uris(form: "ClientForm", field: Field) -> None:
    """Each line by itself, with its reason."""
    faulty = [str(line.number) for line in form.checked(field) if line.reason]
    if faulty:
        which = f"Line {faulty[0]}" if len(faulty) == 1 else f"Lines {', '.join(faulty)}"
        raise ValidationError(f"{which} cannot be registered.")


class ClientForm(ProtocolFields):
    """RFC 7591 §2's fields by their own names."""

    client_name = StringField("Name", [DataRequired("Give it a name."), Length(max=100)])
    redirect_uris = LinesField(
        "Redirect URIs",
        [InputRequired("At least one is needed: people are sent back to it."), check_redirect_uris],
    )
    post_logout_redirect_uris = LinesField(
        "Where people go after signing out", [Optional(), check_redirect_uris]
    )
    scope = SelectMultipleField("What it may ask for")
    client_uri = StringField("Home page", [Optional(), check_web_address])
    logo_uri = StringField("Logo", [Optional(), check_web_address])
    policy_uri = StringField("Privacy policy", [Optional(), check_web_address])
    tos_uri = StringField("Terms of service", [Optional(), check_web_address])
    contacts = LinesField("Contacts", [Optional()])
    access_token_format = RadioField(
        "Access tokens",
        choices=[SelectChoice("opaque", "Opaque"), SelectChoice("jwt", "JWT (RFC 9068)")],
        default="opaque",
    )
    profile = SelectField(
        "Security profile",
        default="",
        choices=[
            SelectChoice("", "The server's"),
            SelectChoice("oauth21", "OAuth 2.1, even where the server is laxer"),
        ],
    )

    def __init__(self, kind: ClientType, client: dict[str, Any] | None = None) -> None:
        self.kind = kind
        self.client = client
        super().__init__(data=_as_data(client) if client else {"scope": list(kind.default_scope)})
        for name, wanted in (
            ("redirect_uris", kind.redirects),
            ("post_logout_redirect_uris", kind.signs_out),
        ):
            if not wanted:
                del self[name]
        self.keep_what_matters(kind)
        self.scopes = scopes_offered(client)
        self.scope.choices = [SelectChoice(scope["name"]) for scope in self.scopes]

    def checked(self, field: Field) -> list[Line]:
        """The lines of a field of addresses with the verdict on each."""
        return check_lines("\n".join(field.data or []), native=self.kind.key == "native")

    def registration(self) -> dict[str, Any]:
        """The fields to create the client with: the kind's own, and those that were filled in."""
        filled = {name: value for name, value in self._values().items() if value}
        return {**self.kind.registration, "scope": "", **filled}

    def changes(self) -> dict[str, Any]:
        """The fields that differ from the client's; a cleared one is null."""
        client = self.client or {}
        before = _as_data(client)
        before["scope"] = " ".join(before["scope"])
        before |= {name: client.get(name) for name in ("jwks", "response_types", "grant_types")}
        return {
            name: value or ([] if isinstance(value, list) else "" if name == "scope" else None)
            for name, value in self._values().items()
            if comparable(value) != comparable(before.get(name))
        }

    def other_grants(self) -> list[str]:
        """The client's grants beside the one that hybrid response types need."""
        grants = self.client["grant_types"] if self.client else self.kind.registration["grant_types"]
        return [grant for grant in grants if grant != "implicit"]

    def _values(self) -> dict[str, Any]:
        values = {field.name: field.data for field in self if field.name not in NAMES}
        values["scope"] = " ".join(values["scope"])
        values |= self.protocol_values()
        return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}

    @property
    def advanced_open(self) -> bool:
        """Whether the fields that are folded away hold an error."""
        return any(self[name].errors for name in ADVANCED)


def comparable(value: Any) -> Any:
    """The value as it is compared: nothing is nothing, and the order of a list does not matter."""
    return sorted(value) if isinstance(value, list) and value else value or None


def _as_data(client: dict[str, Any]) -> dict[str, Any]:
    data = {name: client.get(name) for name in ("client_name", "redirect_uris", "post_logout_redirect_uris")}
    data |= {name: client.get(name) for name in ADVANCED} | protocol_data(client)
    return {**data, "scope": (client.get("scope") or "").split(), "profile": client.get("profile") or ""}


def scopes_offered(client: dict[str, Any] | None) -> list[dict[str, str]]:
    """The server's scopes with their descriptions; the administrative ones for those who may give them."""
    scopes = _scopes_of_server()
    if not present_person().may_write:
        scopes = [scope for scope in scopes if scope["name"] not in ADMINISTRATIVE]
    known = {scope["name"] for scope in scopes}
    kept = [name for name in ((client or {}).get("scope") or "").split() if name not in known]
    return scopes + [{"name": name, "description": ""} for name in kept]


def _scopes_of_server() -> list[dict[str, str]]:
    try:
        return list(admin_api.get("scopes")["items"])
    except Refused:  # whoever may not read them there finds the names in the public metadata
        names = admin_ui().provider.metadata().get("scopes_supported", [])
        return [{"name": name, "description": ""} for name in names]
