"""The endpoints with all their parameters, read from the documents in which the services describe themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.e2e.bad_input.nasty_values import percent_encode
from tests.e2e.gateway import Gateway

#: The parameters of the standards, by the name under which the metadata lists the endpoint.
PROTOCOL = {
    "authorization_endpoint": (
        *("response_type", "client_id", "redirect_uri", "scope", "state", "response_mode", "nonce", "prompt"),
        *("max_age", "login_hint", "code_challenge", "code_challenge_method", "ui_locales"),
        *("claims", "claims_locales", "acr_values", "display", "id_token_hint", "registration"),
        *("request", "request_uri"),
    ),
    "token_endpoint": (
        *("grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier", "username"),
        *("password", "scope", "refresh_token", "client_assertion", "client_assertion_type"),
        "device_code",
    ),
    "device_authorization_endpoint": ("client_id", "client_secret", "scope"),
    "revocation_endpoint": ("token", "token_type_hint", "client_id", "client_secret"),
    "introspection_endpoint": ("token", "token_type_hint", "client_id", "client_secret"),
    "userinfo_endpoint": ("access_token", "schema"),
    "jwks_uri": ("kid",),
    "registration_endpoint": ("redirect_uris", "client_name", "jwks"),
    "end_session_endpoint": (
        *("id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"),
    ),
}
#: Those that people's browsers are sent to.
FOR_BROWSERS = ("authorization_endpoint", "end_session_endpoint")


@dataclass(frozen=True)
class Operation:
    """A method at a path, with the names of its parameters by their place."""

    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    in_body: tuple[str, ...]

    def path_with(self, value: str | bytes) -> str:
        """The path with the value in place of each of its parameters."""
        path = self.path
        for name in self.in_path:
            path = path.replace(f"{{{name}}}", percent_encode(value))
        return path


def protocol_endpoints(gateway: Gateway) -> dict[str, str]:
    """The URL of each endpoint that the metadata name."""
    metadata = gateway.get("/.well-known/openid-configuration").json()
    return {name: url for name, url in metadata.items() if name.endswith(("_endpoint", "_uri"))}


def documented_operations(gateway: Gateway, document: str) -> Iterator[Operation]:
    """Every operation of an OpenAPI document, but for the rotation of keys, which other tests would feel."""
    described = gateway.get(document).json()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            names = operation.get("parameters", [])
            if not path.endswith("/rotate"):
                yield Operation(
                    method.upper(),
                    path,
                    tuple(it["name"] for it in names if it["in"] == "path"),
                    tuple(it["name"] for it in names if it["in"] == "query"),
                    body_members(described, operation),
                )


def body_members(described: dict[str, Any], operation: dict[str, Any]) -> tuple[str, ...]:
    """The members of the JSON that the operation takes; empty when it takes none."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return tuple((described["components"]["schemas"][name] if name else schema).get("properties", {}))
