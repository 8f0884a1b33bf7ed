"""What of a client's form is folded away, in which fold, and what of it all matters to which kind of client."""

from collections.abc import Iterator
from dataclasses import dataclass

from wtforms import Field, Form

from admin_ui.web.client_types import ClientType

PRESENTATION = ("client_uri", "logo_uri", "policy_uri", "tos_uri")
GENERAL = ("contacts", "software_id", "software_version", "access_token_format", "profile")
AUTHENTICATION = ("token_endpoint_auth_method", "token_endpoint_auth_signing_alg")
KEYS = ("jwks_uri", "jwks")
SIGNING_OUT = (
    "post_logout_redirect_uris",
    *("backchannel_logout_uri", "backchannel_logout_session_required"),
    *("frontchannel_logout_uri", "frontchannel_logout_session_required"),
)
RESPONSE_TYPES = ("response_types",)
SIGNING_IN = ("default_max_age", "require_auth_time", "default_acr_values", "initiate_login_uri")
ANSWERS = (
    *("id_token_signed_response_alg", "id_token_encrypted_response_alg"),
    *("userinfo_signed_response_alg", "userinfo_encrypted_response_alg"),
)
SUBJECTS = ("subject_type", "sector_identifier_uri")
REQUEST_OBJECTS = ("request_object_signing_alg", "request_uris")
#: Each fold with its parts; the only part of a fold needs no title.
FOLDS: dict[str, dict[str, tuple[str, ...]]] = {
    "More settings": {"": PRESENTATION + GENERAL},
    "Authentication and keys": {"": AUTHENTICATION + KEYS},
    "Signing out": {"": SIGNING_OUT},
    "OpenID Connect": {
        "Signing in": RESPONSE_TYPES + SIGNING_IN,
        "id_token and userinfo": ANSWERS + SUBJECTS,
        "Request objects": REQUEST_OBJECTS,
    },
}


@dataclass(frozen=True)
class Fold:
    """A fold of the page: titles and fields of its parts."""

    title: str
    parts: list[tuple[str, list[Field]]]

    @property
    def faulty(self) -> bool:
        """Whether an error is in it, which has to be seen."""
        return any(field.errors for _, fields in self.parts for field in fields)


def folds_of(form: Form) -> Iterator[Fold]:
    """The folds, with those fields that the form has."""
    for title, parts in FOLDS.items():
        present = [(part, [form[name] for name in names if name in form]) for part, names in parts.items()]
        if present := [(part, fields) for part, fields in present if fields]:
            yield Fold(title, present)


def names_that_matter(kind: ClientType, has_secret_or_key: bool) -> set[str]:
    """The fields that mean something to a client of this kind."""
    signs_in_by_redirect = kind.gets_id_tokens and kind.redirects
    matters = {
        ("client_name", "scope", *GENERAL): True,
        ("redirect_uris",): kind.redirects,
        PRESENTATION: kind.asks_people,
        AUTHENTICATION: has_secret_or_key,
        KEYS: has_secret_or_key or kind.gets_id_tokens,
        SIGNING_OUT: kind.signs_out,
        ANSWERS: kind.gets_id_tokens,
        SIGNING_IN + SUBJECTS + REQUEST_OBJECTS: signs_in_by_redirect,
        RESPONSE_TYPES: kind.key == "web",
    }
    return {name for names, wanted in matters.items() if wanted for name in names}
