"""Both discovery documents (RFC 8414 §2, OIDC Discovery §3), derived from what is registered."""

from typing import TYPE_CHECKING, Any

from auth_service.protocol import (
    client_authentication,
    encryption,
    id_token,
    pkce,
    registration,
    standard_claims,
    subject,
)
from auth_service.protocol.scope import CATALOGUE

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer


def authorization_server_metadata(server: "AuthorizationServer") -> dict[str, Any]:
    """RFC 8414: what OAuth clients need."""
    issuer = server.settings.issuer
    methods = list(client_authentication.METHODS)
    secret_methods = [method for method in methods if method != "none"]
    response_types = [grant.RESPONSE_TYPE for grant in server.authorization_grants()]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": list(CATALOGUE),
        "response_types_supported": response_types,
        "response_modes_supported": sorted({grant.RESPONSE_MODE for grant in server.authorization_grants()}),
        "grant_types_supported": server.grant_types(),
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": secret_methods,
        "code_challenge_methods_supported": list(pkce.METHODS),
        "authorization_response_iss_parameter_supported": True,
        **registration_metadata(server),
    }


def registration_metadata(server: "AuthorizationServer") -> dict[str, str]:
    """RFC 7591 §3: where clients register themselves, if they may."""
    is_closed = server.settings.registration == "closed"
    return {} if is_closed else {"registration_endpoint": server.settings.issuer + registration.PATH}


def openid_provider_metadata(server: "AuthorizationServer") -> dict[str, Any]:
    """OIDC Discovery: the same, and what relying parties need."""
    issuer = server.settings.issuer
    return {
        **authorization_server_metadata(server),
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "end_session_endpoint": f"{issuer}/oauth/logout",
        **dict.fromkeys(
            (
                "backchannel_logout_supported",
                "backchannel_logout_session_supported",
                "frontchannel_logout_supported",
                "frontchannel_logout_session_supported",
            ),
            True,
        ),
        "subject_types_supported": list(subject.TYPES),
        "id_token_signing_alg_values_supported": list(signing_keys.ALGORITHMS),
        "id_token_encryption_alg_values_supported": list(encryption.ALGORITHMS),
        "id_token_encryption_enc_values_supported": list(encryption.CONTENT_ENCRYPTIONS),
        "userinfo_signing_alg_values_supported": list(signing_keys.ALGORITHMS),
        "userinfo_encryption_alg_values_supported": list(encryption.ALGORITHMS),
        "userinfo_encryption_enc_values_supported": list(encryption.CONTENT_ENCRYPTIONS),
        "claim_types_supported": ["normal"],
        "claims_supported": [*id_token.CLAIMS, *standard_claims.SCOPE_OF],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }
