"""The OpenAPI document."""

import pytest
from flask.testing import FlaskClient

from tests.resource_api.gatehouse import Gatehouse

SCOPES = {
    ("/api/me", "get"): "profile",
    ("/api/notes", "get"): "notes:read",
    ("/api/notes", "post"): "notes:write",
    ("/api/notes/{note_id}", "get"): "notes:read",
    ("/api/notes/{note_id}", "patch"): "notes:write",
    ("/api/notes/{note_id}", "delete"): "notes:write",
}


@pytest.fixture
def strategy() -> str:
    return "shared_database"


def test_it_names_every_operation_and_its_scope(api: FlaskClient) -> None:
    document = api.get("/api/openapi.json").json
    found = {
        (path, method): operation["security"][0]["oauth2"][0]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert found == SCOPES
    assert document["openapi"].startswith("3.1")


def test_it_leads_to_the_authorization_server(api: FlaskClient, gatehouse: Gatehouse) -> None:
    document = api.get("/api/openapi.json").json
    flows = document["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flows["authorizationCode"]["authorizationUrl"] == f"{gatehouse.issuer}/oauth/authorize"
    assert flows["clientCredentials"]["tokenUrl"] == f"{gatehouse.issuer}/oauth/token"
    assert set(SCOPES.values()) <= set(flows["clientCredentials"]["scopes"])
    assert document["servers"] == [{"url": gatehouse.issuer}]


def test_every_operation_documents_its_refusals_and_success(api: FlaskClient) -> None:
    for operations in api.get("/api/openapi.json").json["paths"].values():
        for method, operation in operations.items():
            responses = set(operation["responses"])
            assert {"400", "401", "403", "503"} <= responses
            assert responses & {"200", "201", "204"}
            assert ("415" in responses) == (method in ("post", "patch"))


def test_every_reference_leads_somewhere(api: FlaskClient) -> None:
    answer = api.get("/api/openapi.json")
    document = answer.json
    references = {part.split('"')[0] for part in answer.text.replace(" ", "").split('"$ref":"#/')[1:]}
    assert references
    for reference in references:
        place = document
        for step in reference.split("/"):
            place = place[step]
