"""How the protected API tells a good token from others, and what it says."""

import pytest

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import OAuthClient

PROTECTED = ["/api/me", "/api/notes", "/api/notes/000000000000000000000000"]


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize("path", [*PROTECTED, "/oauth/userinfo", "/admin-api/v1/clients"])
def test_without_a_token_the_challenge_has_no_error_code(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")
    assert "error" not in answer.headers["WWW-Authenticate"]
    assert answer.json()["error"] == "unauthorized"


@pytest.mark.rfc("6750 §3.1")
@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize("token", ["gat_" + "A" * 43, "not-a-token", "eyJhbGciOiJub25lIn0.e30."])
def test_an_unknown_token_is_invalid_token(gateway: Gateway, path: str, token: str) -> None:
    answer = gateway.get(path, headers=bearer(token))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert answer.json()["error"] == "invalid_token"


@pytest.mark.rfc("6750 §3.1")
def test_a_token_without_the_scope_is_told_which_one(gateway: Gateway, web_app: OAuthClient) -> None:
    token = web_app.tokens("client_credentials", scope="notes:read")["access_token"]
    for method, path, scope in (("GET", "/api/me", "profile"), ("POST", "/api/notes", "notes:write")):
        answer = gateway.request(method, path, headers=bearer(token), json={"title": "x"})
        assert answer.status_code == 403
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
        assert f'scope="{scope}"' in answer.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §2.2, §2.3; 9700 §4.3.2")
@pytest.mark.parametrize(  # userinfo takes a posted form (OIDC Core §5.3.1)
    ("path", "place"), [("/api/me", "query"), ("/api/me", "form"), ("/oauth/userinfo", "query")]
)
def test_a_token_in_the_query_or_a_form_is_refused(
    gateway: Gateway, web_app: OAuthClient, browser: Browser, path: str, place: str
) -> None:
    token = web_app.tokens_by_password(browser.username, "openid profile")["access_token"]
    if place == "query":
        answer = gateway.get(path, params={"access_token": token})
    else:
        answer = gateway.request("GET", path, data={"access_token": token})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert gateway.get(path, headers=bearer(token)).status_code == 200  # it would have been good


@pytest.mark.rfc("6750 §2.1")
@pytest.mark.parametrize("path", ["/api/me", "/oauth/userinfo", "/admin-api/v1/clients"])
@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer ä", 'Bearer "x"', "Bearer " + "x" * 9000])
def test_a_malformed_header_is_invalid_request(gateway: Gateway, path: str, header: str) -> None:
    answer = gateway.get(path, headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert 'error="invalid_request"' in answer.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750 §2.1")
def test_the_scheme_is_case_insensitive(gateway: Gateway, web_app: OAuthClient) -> None:
    token = web_app.tokens("client_credentials")["access_token"]
    assert gateway.get("/api/me", headers={"Authorization": f"bEARER {token}"}).status_code == 200


@pytest.mark.rfc("6750 §2.1")
@pytest.mark.rfc("9110 §11.4")
def test_the_token_may_stand_after_more_than_one_space(
    gateway: Gateway, admin: AdminApi, web_app: OAuthClient, browser: Browser
) -> None:
    token = web_app.tokens_by_code(browser, scope="openid profile")["access_token"]
    for path in ("/api/me", "/oauth/userinfo"):
        assert gateway.get(path, headers={"Authorization": f"Bearer  {token}"}).status_code == 200, path
    for_admin_api = {"Authorization": admin.headers["Authorization"].replace(" ", "   ")}
    assert gateway.get("/admin-api/v1/clients", headers=for_admin_api).status_code == 200


@pytest.mark.rfc("6750 §5.2")
def test_a_token_for_another_resource_is_refused(
    gateway: Gateway, admin: AdminApi, web_app: OAuthClient, browser: Browser
) -> None:
    for_admin_api = admin.headers
    assert gateway.get("/api/me", headers=for_admin_api).json()["error"] == "invalid_token"
    for_userinfo = web_app.tokens_by_code(browser, scope="openid")["access_token"]
    assert gateway.get("/api/me", headers=bearer(for_userinfo)).json()["error"] == "invalid_token"
    for_api = web_app.tokens("client_credentials")["access_token"]
    assert AdminApi(gateway, for_api).call("GET", "/clients").json()["error"] == "invalid_token"


@pytest.mark.rfc("6750 §3.1")
def test_refresh_tokens_and_id_tokens_open_nothing(
    gateway: Gateway, web_app: OAuthClient, browser: Browser
) -> None:
    tokens = web_app.tokens_by_code(browser, scope="openid profile")
    for kind in ("refresh_token", "id_token"):
        for path in ("/api/me", "/oauth/userinfo", "/admin-api/v1/clients"):
            assert gateway.get(path, headers=bearer(tokens[kind])).status_code == 401, (kind, path)
