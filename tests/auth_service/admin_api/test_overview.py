"""`/health`, `/counts`, `/scopes`, and the document that describes the API."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from auth_service.protocol.scope import CATALOGUE
from tests.auth_service.admin_api.conftest import Api


def test_health(automation: Api) -> None:
    assert automation.get("/health").json == {
        "status": "ok",
        "issuer": "http://127.0.0.1:5000",
        "profile": "compat",
        "demo": True,
    }


def test_counts_follow_what_there_is(automation: Api) -> None:
    before = automation.get("/counts").json
    assert set(before) == {"clients", "users", "access_tokens", "refresh_tokens", "grants", "sessions"}
    automation.create_client()
    automation.create_user()
    after = automation.get("/counts").json
    assert (after["clients"], after["users"]) == (before["clients"] + 1, before["users"] + 1)
    assert after["access_tokens"] >= 1


def test_scopes(automation: Api) -> None:
    scopes = {scope["name"]: scope for scope in automation.get("/scopes").json}
    assert set(scopes) == set(CATALOGUE)
    assert scopes["notes:read"] == {
        "name": "notes:read",
        "description": "Read your notes",
        "audience": "http://127.0.0.1:5000/api",
        "admin_only": False,
    }
    assert scopes["admin:write"]["admin_only"] is True


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for child in part:
            yield from references(child)


def test_the_document_lists_every_route(app: Flask, client: FlaskClient) -> None:
    document = client.get("/admin-api/v1/openapi.json").json
    mounted = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin-api/v1/") and not rule.rule.endswith("openapi.json")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert described == mounted


def test_the_document_holds_together(client: FlaskClient) -> None:
    response = client.get("/admin-api/v1/openapi.json", headers={"Host": "evil.example"})
    document = response.json
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://127.0.0.1:5000"}]
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= names
    ids = []
    for path, item in document["paths"].items():
        in_path = set(re.findall(r"{(\w+)}", path))
        for operation in item.values():
            ids.append(operation["operationId"])
            assert {p["name"] for p in operation["parameters"] if p["in"] == "path"} == in_path
            assert {"401", "403", "503"} <= set(operation["responses"])
            assert operation["security"]
            assert all(answer["description"] for answer in operation["responses"].values())
    assert len(ids) == len(set(ids))


def test_answers_have_the_fields_that_the_document_promises(automation: Api, client: FlaskClient) -> None:
    document = client.get("/admin-api/v1/openapi.json").json

    def promised(path: str) -> set[str]:
        schema = document["paths"][f"/admin-api/v1{path}"]["get"]["responses"]["200"]["content"]
        name = schema["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        return set(document["components"]["schemas"][name]["properties"])

    client_id, sub = automation.create_client()["client_id"], automation.create_user()["sub"]
    assert set(automation.get(f"/clients/{client_id}").json) == promised("/clients/{client_id}")
    assert set(automation.get(f"/users/{sub}").json) == promised("/users/{sub}")
    for path in ("/clients", "/users", "/tokens", "/grants", "/signing-keys", "/counts", "/health"):
        assert set(automation.get(path).json) == promised(path), path


@pytest.mark.parametrize("path", ["/openapi.json", "/counts"])
def test_nothing_of_apiflask_reaches_other_pages(client: FlaskClient, path: str) -> None:
    assert client.get(f"/admin-api/v1{path}").status_code in (200, 401)
    for stray in ("/openapi.json", "/docs", "/redoc"):
        assert client.get(stray).status_code == 404


def test_errors_outside_stay_pages(client: FlaskClient, as_program: Callable[[str], Api]) -> None:
    assert client.get("/nothing-here").mimetype == "text/html"
    missing = as_program("admin:read").get("/nothing-here")
    assert (missing.status_code, missing.json["error"]) == (404, "not_found")
    assert missing.json["request_id"]
    wrong = as_program("admin:read").call("PUT", "/clients")
    assert (wrong.status_code, wrong.json["error"]) == (405, "method_not_allowed")
