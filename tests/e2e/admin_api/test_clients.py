"""Clients: created, listed, read, changed, given new secrets, deleted; and their effect at the other endpoints."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.admin import AdminApi
from tests.e2e.gateway import bearer
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient


@pytest.mark.rfc("7591 §2, §3.2.1")
def test_a_client_is_created_with_rfc_7591s_names_and_defaults(admin: AdminApi) -> None:
    answer = admin.call("POST", "/clients", json={"client_name": "Größe", "redirect_uris": [REDIRECT_URI]})
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/admin-api/v1/clients/{made['client_id']}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (made["grant_types"], made["response_types"]) == (["authorization_code"], ["code"])
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    assert len(made["client_secret"]) >= 43
    read = admin.read(f"/clients/{made['client_id']}")
    assert "client_secret" not in read
    assert "hash" not in str(read)
    assert read["client_name"] == "Größe"


def test_it_is_changed_and_the_protocol_follows(register, admin: AdminApi, browser) -> None:
    client: OAuthClient = register(grant_types=["client_credentials"], redirect_uris=[], scope="profile")
    path = f"/clients/{client.client_id}"
    assert admin.call("PATCH", path, json={"scope": "notes:read"}).json()["scope"] == "notes:read"
    assert client.tokens("client_credentials")["scope"] == "notes:read"


def test_a_disabled_client_gets_nothing_and_its_tokens_end(register, admin: AdminApi, gateway) -> None:
    client: OAuthClient = register()
    path = f"/clients/{client.client_id}"
    token = client.tokens("client_credentials")["access_token"]
    assert admin.call("PATCH", path, json={"disabled": True}).status_code == 200
    assert gateway.get("/api/me", headers=bearer(token)).status_code == 401
    assert admin.read(path)["disabled_at"]


def test_a_deleted_client_is_gone_with_its_tokens(register, admin: AdminApi, gateway) -> None:
    client: OAuthClient = register()
    token = client.tokens("client_credentials")["access_token"]
    assert admin.call("DELETE", f"/clients/{client.client_id}").status_code == 204
    assert gateway.get("/api/me", headers=bearer(token)).status_code == 401
    assert admin.call("GET", f"/clients/{client.client_id}").status_code == 404


def test_a_rotated_secret_overlaps_for_the_stated_time(register, admin: AdminApi) -> None:
    client: OAuthClient = register()
    path = f"/clients/{client.client_id}"
    rotated = admin.call("POST", f"{path}/secret", json={"keep_previous_for": 3600}).json()
    assert rotated["previous_expires_at"]
    renewed = OAuthClient(client.gateway, client.client_id, rotated["client_secret"])
    for either in (client, renewed):
        assert either.request_token("client_credentials").status_code == 200
    stored = admin.read(path)["secrets"]
    assert len(stored) == 2
    assert [set(secret) for secret in stored] == [{"created_at", "expires_at", "last_used_at"}] * 2


def test_without_overlap_the_previous_secret_ends(register, admin: AdminApi) -> None:
    client: OAuthClient = register()
    rotated = admin.call("POST", f"/clients/{client.client_id}/secret", json={}).json()
    assert rotated["previous_expires_at"] is None
    renewed = OAuthClient(client.gateway, client.client_id, rotated["client_secret"])
    assert renewed.request_token("client_credentials").status_code == 200
    assert client.request_token("client_credentials").json()["error"] == "invalid_client"


def test_a_new_secret_works_at_once_for_a_client_that_is_in_use(register, admin: AdminApi) -> None:
    client: OAuthClient = register()
    assert statuses_at_once(client) == {200}
    rotated = admin.call("POST", f"/clients/{client.client_id}/secret", json={}).json()
    renewed = OAuthClient(client.gateway, client.client_id, rotated["client_secret"])
    assert statuses_at_once(renewed) == {200}


def statuses_at_once(client: OAuthClient) -> set[int]:
    """What 16 parallel token requests are answered with: so many reach every worker."""
    with ThreadPoolExecutor(16) as pool:
        answers = [pool.submit(client.request_token, "client_credentials") for _ in range(16)]
        return {answer.result().status_code for answer in answers}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"redirect_uris": [REDIRECT_URI, "http://app.example/"]}, "redirect_uris[1]"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris[0]"),
        ({"redirect_uris": ["https://app.example/#fragment"]}, "redirect_uris[0]"),
        ({"redirect_uris": ["https://user@app.example/"]}, "redirect_uris[0]"),
        ({"redirect_uris": ["https://*.example/"]}, "redirect_uris[0]"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"grant_types": ["telepathy"]}, "grant_types[0]"),
        ({"grant_types": ["implicit"]}, "grant_types[0]"),
        ({"scope": "profile unheard-of"}, "scope"),
        ({"client_name": "\u202eevil"}, "client_name"),
        ({"client_name": 5}, "client_name"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "token_endpoint_auth_method"),
        ({"client_secret": "chosen-by-the-caller"}, "client_secret"),
        ({"owner": "nobody"}, "owner"),
        ({"logo_uri": "javascript:alert(1)"}, "logo_uri"),
    ],
)
def test_a_faulty_field_is_named(admin: AdminApi, change: dict[str, Any], field: str) -> None:
    answer = admin.call("POST", "/clients", json={"redirect_uris": [REDIRECT_URI]} | change)
    body = answer.json()
    assert (answer.status_code, body["error"]) == (400, "invalid_request")
    assert field in {fault["field"] for fault in body["errors"]}
    assert body["request_id"] == answer.headers["X-Request-ID"]


def test_all_faults_are_told_at_once(admin: AdminApi) -> None:
    faulty = {"client_name": "", "redirect_uris": ["x"], "logo_uri": "x", "unheard_of": 1}
    faults = admin.call("POST", "/clients", json=faulty).json()["errors"]
    assert {"client_name", "redirect_uris[0]", "logo_uri", "unheard_of"} <= {it["field"] for it in faults}


def test_a_list_is_searched_and_read_page_by_page(register, admin: AdminApi) -> None:
    prefix = f"Paged {secrets.token_hex(6)}"
    ids = {register(client_name=f"{prefix} {number}").client_id for number in range(5)}
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = admin.read("/clients", search=prefix, limit=2, after=after)
        seen += [client["client_id"] for client in page["items"]]
        after = page["next"]
    assert (len(seen), set(seen), after) == (5, ids, None)


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"after": "!"}, {"page": 2}])
def test_a_faulty_page_is_named(admin: AdminApi, query: dict[str, Any]) -> None:
    for path in ("/clients", "/users", "/tokens", "/grants"):
        answer = admin.call("GET", path, params=query)
        assert answer.status_code == 400
        assert [fault["field"] for fault in answer.json()["errors"]] == list(query)
