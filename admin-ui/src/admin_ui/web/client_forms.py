"""The form for clients: each kind shows only the fields that matter to it."""

from typing import Any, ClassVar

from wtforms import SelectChoice

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.current import admin_ui
from admin_ui.web.client_folds import Fold, folds_of, names_that_matter
from admin_ui.web.client_secrets import needs_new_secret
from admin_ui.web.client_types import ClientType
from admin_ui.web.client_values import changes_of, data_of, registration_of
from admin_ui.web.openid_client_fields import OpenIDClientFields
from admin_ui.web.redirect_uri_fields import RedirectUrisField
from admin_ui.web.rights import present_person

ADMINISTRATIVE = {"admin:read", "admin:write", "clients:own"}
#: What means nothing where nobody signs in; `profile` opens `/api/me` to a client's own token too.
ABOUT_PEOPLE = {"openid", "email", "address", "phone", "offline_access"}


class ClientForm(OpenIDClientFields):
    """A client to register, or one to change."""

    follows_from: ClassVar = {"grant_types": "response_types"}

    def __init__(self, kind: ClientType, client: dict[str, Any] | None = None) -> None:
        self.kind = kind
        self.client = client
        super().__init__(data=data_of(client) if client else {"scope": list(kind.default_scope)})
        method = (client or kind.registration)["token_endpoint_auth_method"]
        wanted = names_that_matter(kind, has_secret_or_key=method != "none")
        for name in self.data.keys() - wanted:
            del self[name]
        for field in self:
            if isinstance(field, RedirectUrisField):
                field.native = kind.key == "native"
        if client and "token_endpoint_auth_method" in self:
            self._name_methods_that_need_a_new_secret(client)
        grants = set((client or kind.registration).get("grant_types") or ())
        self.scopes = scopes_offered(client, acts_for_itself=grants <= {"client_credentials"})
        self.scope.choices = [SelectChoice(scope["name"]) for scope in self.scopes]

    def registration(self) -> dict[str, Any]:
        """The fields to create the client with."""
        return registration_of(self.kind.registration, self._values())

    def changes(self) -> dict[str, Any]:
        """The fields that differ from the client's."""
        return changes_of(self.client or {}, self._values())

    @property
    def folds(self) -> list[Fold]:
        """What is folded away."""
        return list(folds_of(self))

    def _name_methods_that_need_a_new_secret(self, client: dict[str, Any]) -> None:
        field = self.token_endpoint_auth_method
        field.choices = [
            SelectChoice(method.value, f"{method.label}: needs a new secret")
            if needs_new_secret(client, method.value)
            else method
            for method in field.choices
        ]
        field.description += " Where a new secret is needed, rotate it after saving: we keep only hashes."

    def _values(self) -> dict[str, Any]:
        return {name: value.strip() if isinstance(value, str) else value for name, value in self.data.items()}


def scopes_offered(client: dict[str, Any] | None, acts_for_itself: bool) -> list[dict[str, str]]:
    """The server's scopes that matter to it, with their descriptions; the administrative ones for those who may
    give them; and whatever it has already.
    """
    left_out = (ABOUT_PEOPLE if acts_for_itself else set()) | (
        set() if present_person().may_write else ADMINISTRATIVE
    )
    scopes = [scope for scope in _scopes_of_server() if scope["name"] not in left_out]
    known = {scope["name"] for scope in scopes}
    kept = [name for name in ((client or {}).get("scope") or "").split() if name not in known]
    return scopes + [{"name": name, "description": ""} for name in kept]


def _scopes_of_server() -> list[dict[str, str]]:
    try:
        return list(admin_api.get("scopes")["items"])
    except Refused:  # whoever may not read them there finds the names in the public metadata
        names = admin_ui().provider.metadata().get("scopes_supported", [])
        return [{"name": name, "description": ""} for name in names]
