"""What OpenID Connect adds to the metadata, and the keys that it leads to."""

import pytest

from tests.e2e.gateway import Gateway


@pytest.mark.rfc("OIDC Discovery §3, §4")
def test_the_provider_says_what_it_can(gateway: Gateway) -> None:
    document = gateway.get("/.well-known/openid-configuration").json()
    assert document["userinfo_endpoint"] == f"{gateway.url}/oauth/userinfo"
    assert document["end_session_endpoint"] == f"{gateway.url}/oauth/logout"
    assert document["subject_types_supported"] == ["public", "pairwise"]
    assert set(document["id_token_signing_alg_values_supported"]) == {"RS256", "PS256", "ES256", "EdDSA"}
    assert {"openid", "profile", "email"} <= set(document["scopes_supported"])
    assert {"sub", "iss", "auth_time", "email", "preferred_username"} <= set(document["claims_supported"])
    assert document["request_uri_parameter_supported"] is True
    assert document["require_request_uri_registration"] is True


@pytest.mark.rfc("OIDC Discovery §3; 7517 §4")
def test_the_keys_are_public_and_named(gateway: Gateway) -> None:
    answer = gateway.get(gateway.get("/.well-known/openid-configuration").json()["jwks_uri"])
    keys = answer.json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "PS256", "ES256", "EdDSA"}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()
