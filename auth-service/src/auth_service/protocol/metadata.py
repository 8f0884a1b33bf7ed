"""Both discovery documents (RFC 8414 §2, OIDC Discovery §3), derived from what is registered."""

from typing import TYPE_CHECKING, Any

from auth_service.protocol import (
    acr,
    authentication_request,
    authorization_response,
    client_assertion,
    client_authentication,
    client_jwt,
    device_authorization,
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
    signing_algorithms = [alg for algs in client_assertion.ALGORITHMS.values() for alg in algs]
    confidential_methods = list(client_authentication.CONFIDENTIAL_METHODS)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "device_authorization_endpoint": issuer + device_authorization.PATH,
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": list(CATALOGUE),
        "response_types_supported": server.response_types(),
        "response_modes_supported": list(authorization_response.MODES),
        "grant_types_supported": server.grant_types(),
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": confidential_methods,
        "token_endpoint_auth_signing_alg_values_supported": signing_algorithms,
        "revocation_endpoint_auth_signing_alg_values_supported": signing_algorithms,
        "introspection_endpoint_auth_signing_alg_values_supported": signing_algorithms,
        "code_challenge_methods_supported": list(pkce.METHODS),
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        # Not `none`, which clients may register for under `compat`: nobody should find that by itself.
        "request_object_signing_alg_values_supported": list(client_jwt.ALGORITHMS),
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
        "id_token_signing_alg_values_supported": list(server.settings.signing_algorithms),
        "id_token_encryption_alg_values_supported": list(encryption.ALGORITHMS),
        "id_token_encryption_enc_values_supported": list(encryption.CONTENT_ENCRYPTIONS),
        "userinfo_signing_alg_values_supported": list(server.settings.signing_algorithms),
        "userinfo_encryption_alg_values_supported": list(encryption.ALGORITHMS),
        "userinfo_encryption_enc_values_supported": list(encryption.CONTENT_ENCRYPTIONS),
        "claim_types_supported": ["normal"],
        "claims_supported": [*id_token.CLAIMS, *standard_claims.SCOPE_OF],
        "prompt_values_supported": list(authentication_request.PROMPTS),
        "display_values_supported": list(authentication_request.DISPLAYS),
        "ui_locales_supported": list(authentication_request.UI_LOCALES),
        "acr_values_supported": list(acr.SUPPORTED),
        "claims_parameter_supported": True,
    }
