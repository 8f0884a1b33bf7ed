"""What the token endpoint refuses before it looks at any grant (RFC 6749 §3.2)."""

import pytest

from tests.auth_service.conftest import basic


@pytest.mark.rfc("6749 §5.1")
def test_a_token_response_is_json_that_nobody_keeps(client, register):
    reply = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic(register()))
    assert reply.status_code == 200
    assert reply.mimetype == "application/json"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.json["token_type"] == "Bearer"
    assert reply.json["expires_in"] == 3600
    assert reply.json["access_token"].startswith("gat_")


@pytest.mark.rfc("6749 §3.2")
@pytest.mark.parametrize("name", ["grant_type", "client_id", "scope", "anything"])
def test_a_repeated_parameter_is_refused(client, register, name):
    client_id = register()
    form = {"grant_type": "client_credentials", "client_id": client_id, "scope": "profile", "anything": "1"}
    form[name] = [form[name], form[name]]
    refused = client.post("/oauth/token", data=form, auth=basic(client_id))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749 §3.2")
def test_parameters_in_the_query_string_are_refused(client, register):
    refused = client.post("/oauth/token?grant_type=client_credentials", data={}, auth=basic(register()))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749 §3.2")
def test_only_post(client):
    assert client.get("/oauth/token").status_code == 405


@pytest.mark.rfc("6749 §5.2")
def test_missing_grant_type_is_named(client, register):
    refused = client.post("/oauth/token", data={"grant_type": ""}, auth=basic(register()))
    assert refused.json["error"] == "invalid_request"
    assert "grant_type" in refused.json["error_description"]


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize("grant_type", ["nonsense", "implicit", "grün", "a\x00b", '"', "x" * 5000])
def test_unsupported_grant_type(client, register, grant_type):
    refused = client.post("/oauth/token", data={"grant_type": grant_type}, auth=basic(register()))
    assert (refused.status_code, refused.json["error"]) == (400, "unsupported_grant_type")


@pytest.mark.rfc("6749 §5.2")
def test_a_grant_that_the_client_did_not_register(client, register):
    client_id = register(grant_types=["authorization_code"])
    refused = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic(client_id))
    assert (refused.status_code, refused.json["error"]) == (400, "unauthorized_client")


@pytest.mark.rfc("6749 §4.4.2")
def test_a_json_body_is_refused(client, register):
    refused = client.post("/oauth/token", json={"grant_type": "client_credentials"}, auth=basic(register()))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


def test_multipart_forms_are_read(client, register):
    reply = client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        content_type="multipart/form-data",
        auth=basic(register()),
    )
    assert reply.status_code == 200


def test_an_oversized_body_is_refused(client, register):
    refused = client.post("/oauth/token", data={"grant_type": "x" * 70_000}, auth=basic(register()))
    assert refused.status_code == 413
    assert refused.json["request_id"]


@pytest.mark.rfc("6749 §5.2")
def test_every_error_carries_the_request_id(client):
    refused = client.post("/oauth/token", data={}, headers={"X-Request-ID": "0" * 32})
    assert refused.json["request_id"] == "0" * 32 == refused.headers["X-Request-ID"]
