"""The fields of a client that most never need: how it proves itself, what is signed, how it hears of sign-outs.

Names and values are those of RFC 7591, OIDC Registration and the logout specifications.
"""

import json
from typing import Any

from wtforms import (
    Field,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional

from admin_ui.web.client_types import ClientType
from admin_ui.web.forms import Form, LinesField
from admin_ui.web.redirect_uris import reason_against

SIGNING = ("RS256", "PS256", "ES256", "EdDSA")
ENCRYPTION = [
    SelectChoice("", "Not encrypted"),
    SelectChoice("RSA-OAEP-256", "RSA-OAEP-256"),
    SelectChoice("ECDH-ES", "ECDH-ES"),
]
HYBRID = ("code id_token", "code token", "code id_token token")
#: What it is told, and how that is protected.
ANSWERS = (
    "id_token_signed_response_alg",
    "id_token_encrypted_response_alg",
    "userinfo_signed_response_alg",
    "userinfo_encrypted_response_alg",
)
#: What belongs together, and how the fold on the page is called.
GROUPS = {
    "Authentication and keys": (
        "token_endpoint_auth_method",
        "jwks_uri",
        "jwks",
    ),
    "Signing out": ("backchannel_logout_uri", "frontchannel_logout_uri"),
    "OpenID Connect": (
        "response_types",
        *ANSWERS,
        "subject_type",
        "sector_identifier_uri",
        "request_object_signing_alg",
        "request_uris",
    ),
}
NAMES = tuple(name for names in GROUPS.values() for name in names)
#: Fields whose empty value is the standard's default, not a null.
DEFAULTS = {
    "token_endpoint_auth_method": "client_secret_basic",
    "id_token_signed_response_alg": "RS256",
    "subject_type": "public",
}


def check_web_address(form: Form, field: Field) -> None:
    """An https address, as the consent page will link to."""
    reason = reason_against(field.data, native=False)
    if reason:
        raise ValidationError(f"This address {reason}.")


def check_json_object(form: Form, field: Field) -> None:
    """A JSON object, whose content the server checks."""
    try:
        found = json.loads(field.data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValidationError('This is no JSON object, like {"keys": […]}.')


def algorithms(empty: str = "", *more: SelectChoice) -> list[SelectChoice]:
    """The signature algorithms to choose from, after a choice of none if that has a name."""
    none = [SelectChoice("", empty)] if empty else []
    return [*none, *(SelectChoice(name, name) for name in SIGNING), *more]


class ProtocolFields(Form):
    """The folded fields; each kind of client keeps those that mean something to it."""

    token_endpoint_auth_method = SelectField(
        "How it proves itself",
        default="client_secret_basic",
        choices=[
            SelectChoice("client_secret_basic", "Secret, by HTTP Basic"),
            SelectChoice("client_secret_post", "Secret, in the form"),
            SelectChoice("client_secret_jwt", "JWT, signed with the secret"),
            SelectChoice("private_key_jwt", "JWT, signed with a key of its own"),
        ],
    )
    jwks_uri = StringField("Address of its keys", [Optional(), check_web_address])
    jwks = TextAreaField("Its public keys", [Optional(), check_json_object])
    backchannel_logout_uri = StringField("Back-channel logout", [Optional(), check_web_address])
    frontchannel_logout_uri = StringField("Front-channel logout", [Optional(), check_web_address])
    response_types = SelectMultipleField(
        "Hybrid response types", choices=[SelectChoice(name, name) for name in HYBRID]
    )
    id_token_signed_response_alg = SelectField(
        "id_token is signed with", default="RS256", choices=algorithms()
    )
    id_token_encrypted_response_alg = SelectField("id_token is encrypted with", choices=ENCRYPTION)
    userinfo_signed_response_alg = SelectField(
        "userinfo is signed with", choices=algorithms("Not signed: plain JSON")
    )
    userinfo_encrypted_response_alg = SelectField("userinfo is encrypted with", choices=ENCRYPTION)
    subject_type = SelectField(
        "People's subject",
        default="public",
        choices=[
            SelectChoice("public", "The same for every client"),
            SelectChoice("pairwise", "One of its own, which others cannot join"),
        ],
    )
    sector_identifier_uri = StringField("Sector identifier", [Optional(), check_web_address])
    request_object_signing_alg = SelectField(
        "Its request objects must be",
        choices=algorithms("Signed with any algorithm, or not used", SelectChoice("none", "Not signed")),
    )
    request_uris = LinesField("Where its request objects are", [Optional()])

    def keep_what_matters(self, kind: ClientType) -> None:
        """Take away what means nothing to the kind."""
        unwanted = set(NAMES)
        if kind.gets_id_tokens:
            unwanted -= {*ANSWERS, "jwks", "jwks_uri"}
        if kind.confidential:
            unwanted -= {"token_endpoint_auth_method", "jwks", "jwks_uri"}
        if kind.signs_out:
            unwanted -= {*GROUPS["Signing out"], *GROUPS["OpenID Connect"]}
        if kind.key != "web":
            unwanted.add("response_types")
        for name in unwanted:
            del self[name]

    def protocol_values(self) -> dict[str, Any]:
        """The admin API's values of the fields that are there; what is empty is null, or an empty list."""
        values = {name: self[name].data for name in NAMES if name in self}
        values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        if values.get("jwks"):
            values["jwks"] = json.loads(values["jwks"])
        if "response_types" in values:
            values["response_types"] = ["code", *values["response_types"]]
            implicit = ["implicit"] if len(values["response_types"]) > 1 else []
            values["grant_types"] = [*self.other_grants(), *implicit]
        return values

    def other_grants(self) -> list[str]:
        """The client's grants beside the one that hybrid response types need."""
        raise NotImplementedError

    @property
    def groups(self) -> list[tuple[str, list[Field], bool]]:
        """Title, fields, and whether there is an error in it, of each fold that is not empty."""
        found = [(title, [self[name] for name in names if name in self]) for title, names in GROUPS.items()]
        return [(title, fields, any(field.errors for field in fields)) for title, fields in found if fields]


def protocol_data(client: dict[str, Any]) -> dict[str, Any]:
    """What the fields hold for an existing client."""
    data = {name: client.get(name) or DEFAULTS.get(name, "") for name in NAMES}
    data["jwks"] = json.dumps(client["jwks"], indent=1) if client.get("jwks") else ""
    data["response_types"] = [name for name in client.get("response_types") or [] if name in HYBRID]
    data["request_uris"] = client.get("request_uris") or []
    return data
