"""The module of the plan Config: the discovery document says all that is needed, and all of it is true."""

from urllib.parse import urlsplit

import pytest
from joserfc.jwk import KeySet

from tests.e2e.gateway import Gateway

REQUIRED = {
    *("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported"),
    *("subject_types_supported", "id_token_signing_alg_values_supported"),
}
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "registration_endpoint",
)


@pytest.mark.conformance(
    "oidcc-discovery-endpoint-verification",
    "oidcc-rp-initiated-logout-discovery-endpoint-verification",
    "oidcc-backchannel-logout-discovery-endpoint-verification",
    "oidcc-frontchannel-logout-discovery-endpoint-verification",
)
@pytest.mark.rfc("OIDC Discovery §3, §4.2")
def test_discovery_endpoint(gateway: Gateway) -> None:
    answer = gateway.get("/.well-known/openid-configuration")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    document = answer.json()
    assert document.keys() >= REQUIRED
    assert document["issuer"] == gateway.url  # character by character
    assert "openid" in document["scopes_supported"]
    assert {"public", "pairwise"} == set(document["subject_types_supported"])
    assert {"RS256", "PS256", "ES256", "EdDSA"} == set(document["id_token_signing_alg_values_supported"])
    assert "none" not in document["token_endpoint_auth_signing_alg_values_supported"]
    assert {"authorization_code", "implicit", "refresh_token"} <= set(document["grant_types_supported"])
    assert {"sub", "name", "email", "address", "phone_number"} <= set(document["claims_supported"])
    assert {"RS256", "PS256", "ES256", "EdDSA"} == set(
        document["request_object_signing_alg_values_supported"]
    )
    for flag in (
        *("claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported"),
        *("authorization_response_iss_parameter_supported",),
        *("backchannel_logout_supported", "backchannel_logout_session_supported"),
        *("frontchannel_logout_supported", "frontchannel_logout_session_supported"),
    ):
        assert document[flag] is True, flag
    for name in (*ENDPOINTS, "end_session_endpoint", "revocation_endpoint", "introspection_endpoint"):
        assert urlsplit(document[name]).fragment == ""
        assert document[name].startswith(gateway.url + "/")
    for values in (value for value in document.values() if isinstance(value, list)):
        assert values, "an empty list must be left out (RFC 8414 §3.2)"
        assert len(values) == len(set(values))


@pytest.mark.conformance("oidcc-discovery-endpoint-verification")
@pytest.mark.rfc("OIDC Discovery §3")
def test_keys(gateway: Gateway) -> None:
    document = gateway.get("/oauth/jwks").json()
    KeySet.import_key_set(document)
    assert {"RS256", "PS256", "ES256", "EdDSA"} <= {key["alg"] for key in document["keys"]}
    for key in document["keys"]:
        assert key["use"] == "sig" and key["kid"]
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}
