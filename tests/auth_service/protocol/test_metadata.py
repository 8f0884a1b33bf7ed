"""The discovery documents (RFC 8414, OIDC Discovery), which follow from what is registered."""

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata


@pytest.mark.rfc("8414 §3")
def test_oauth_metadata_is_valid(make_app, make_settings, empty_database):
    settings = make_settings(mongodb_database=empty_database, issuer="https://id.example", demo=False)
    metadata = make_app(settings).test_client()
    document = metadata.get("/.well-known/oauth-authorization-server").json
    AuthorizationServerMetadata(document).validate()
    assert document["issuer"] == "https://id.example"


@pytest.mark.rfc("OIDC Discovery §4")
def test_openid_metadata_is_valid(make_app, make_settings, empty_database):
    settings = make_settings(mongodb_database=empty_database, issuer="https://id.example", demo=False)
    client = make_app(settings).test_client()
    document = client.get("/.well-known/openid-configuration").json
    OpenIDProviderMetadata(document).validate()
    assert document["end_session_endpoint"] == "https://id.example/oauth/logout"


@pytest.mark.rfc("9101 §4")
@pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
def test_request_objects_are_for_oauth_clients_as_well(client, name):
    document = client.get(f"/.well-known/{name}").json
    assert document["request_parameter_supported"] and document["request_uri_parameter_supported"]
    assert document["require_request_uri_registration"]
    assert document["request_object_signing_alg_values_supported"] == ["RS256", "PS256", "ES256", "EdDSA"]


@pytest.mark.rfc("8414 §2")
@pytest.mark.parametrize(("profile", "offered"), [("compat", True), ("oauth21", False)])
def test_what_the_profile_refuses_is_not_offered(make_app, make_settings, empty_database, profile, offered):
    client = make_app(make_settings(mongodb_database=empty_database, profile=profile)).test_client()
    document = client.get("/.well-known/openid-configuration").json
    assert ("password" in document["grant_types_supported"]) is offered
    assert ("implicit" in document["grant_types_supported"]) is offered
    assert ("token" in document["response_types_supported"]) is offered
    assert document["code_challenge_methods_supported"] == ["S256"]


def test_every_endpoint_that_is_announced_answers(client, settings):
    document = client.get("/.well-known/openid-configuration").json
    endpoints = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(endpoints) >= 7
    for endpoint in endpoints:
        reply = client.get(endpoint.removeprefix(settings.issuer))
        assert reply.status_code != 404, endpoint


def test_it_may_be_kept_for_a_while(client):
    assert "max-age" in client.get("/.well-known/openid-configuration").headers["Cache-Control"]
    assert "max-age" in client.get("/oauth/jwks").headers["Cache-Control"]
