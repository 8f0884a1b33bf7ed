"""The authorization code grant, from the browser's first step to the API."""

import pytest

from tests.e2e.browser import Browser, parse_answer
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient


@pytest.mark.rfc("6749 §4.1")
@pytest.mark.parametrize("auth_method", ["client_secret_basic", "client_secret_post", "none"])
def test_a_person_signs_in_allows_and_the_client_gets_tokens(
    register, browser: Browser, gateway: Gateway, auth_method: str
) -> None:
    client = register(token_endpoint_auth_method=auth_method)
    tokens = client.tokens_by_code(browser, scope="profile notes:read")
    assert tokens["token_type"] == "Bearer"
    assert tokens["scope"] == "profile notes:read"
    assert 0 < tokens["expires_in"] <= 24 * 3600
    me = gateway.get("/api/me", headers=bearer(tokens["access_token"]))
    assert me.status_code == 200
    assert me.json()["username"] == browser.username


@pytest.mark.rfc("6749 §4.1.2")
def test_state_comes_back_exactly(web_app: OAuthClient, browser: Browser) -> None:
    state = "a b+c&d=é%20\"'<>"
    request, _ = web_app.authorization(state=state)
    answer = browser.authorize(**request)
    assert answer.uri == REDIRECT_URI
    assert answer.query["state"] == state
    assert set(answer.query) == {"code", "state", "iss"}


@pytest.mark.rfc("6749 §4.1.2.1")
def test_a_person_who_denies_sends_access_denied(web_app: OAuthClient, browser: Browser) -> None:
    request, _ = web_app.authorization(state="s")
    answer = browser.authorize("deny", **request)
    assert answer.uri == REDIRECT_URI
    assert (answer.query["error"], answer.query["state"]) == ("access_denied", "s")
    assert "code" not in answer.query


@pytest.mark.rfc("6749 §3.1")
def test_the_request_can_be_posted(web_app: OAuthClient, browser: Browser) -> None:
    browser.sign_in()
    request, _ = web_app.authorization()
    page = browser.follow(browser.http.post("/oauth/authorize", data=request))
    answer = browser.submit(page, decision="allow")
    assert "code" in parse_answer(answer.headers["Location"]).query


@pytest.mark.rfc("6749 §3.1.2.3")
def test_the_only_redirect_uri_is_the_default(web_app: OAuthClient, browser: Browser) -> None:
    answer = browser.authorize(response_type="code", client_id=web_app.client_id, scope="profile")
    assert answer.uri == REDIRECT_URI
    tokens = web_app.tokens("authorization_code", code=answer.query["code"])
    assert tokens["scope"] == "profile"


@pytest.mark.rfc("6749 §3.1.2.3")
def test_of_two_redirect_uris_one_must_be_named(register, browser: Browser) -> None:
    other = "https://app.example/other"
    client = register(redirect_uris=[REDIRECT_URI, other])
    refused = browser.open("/oauth/authorize", response_type="code", client_id=client.client_id)
    assert refused.status_code == 400
    assert "redirect_uri" in refused.text
    tokens = client.tokens_by_code(browser, redirect_uri=other)
    assert tokens["access_token"]


@pytest.mark.rfc("6749 §4.1.3")
@pytest.mark.parametrize("redirect_uri", ["http://127.0.0.1:4600/other", None])
def test_the_redirect_uri_of_the_request_must_be_named_again(
    web_app: OAuthClient, browser: Browser, redirect_uri: str | None
) -> None:
    code = web_app.get_code(browser)
    refused = web_app.request_token("authorization_code", **(code | {"redirect_uri": redirect_uri}))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert web_app.tokens("authorization_code", **code)  # the failed try has not used it up


@pytest.mark.rfc("6749 §4.1.2.1")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "code nonsense"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unauthorized_client"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"scope": "profile unheard-of"}, "invalid_scope"),
        ({"scope": "admin:write"}, "invalid_scope"),
        ({"response_mode": "pigeon"}, "invalid_request"),
        ({"prompt": "sometimes"}, "invalid_request"),
    ],
)
def test_a_faulty_request_is_reported_to_the_client(
    web_app: OAuthClient, browser: Browser, change: dict[str, str], error: str
) -> None:
    request, _ = web_app.authorization(state="s")
    answer = browser.authorize(**(request | change))
    sent = answer.query | answer.fragment
    assert answer.uri == REDIRECT_URI
    assert (sent["error"], sent["state"]) == (error, "s")


@pytest.mark.rfc("6749 §4.1.2.1")
@pytest.mark.parametrize("client_id", ["nobody", None])
def test_without_a_known_client_nobody_is_redirected(browser: Browser, client_id: str | None) -> None:
    page = browser.open(
        "/oauth/authorize", response_type="code", client_id=client_id, redirect_uri=REDIRECT_URI
    )
    assert page.status_code == 400
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Location" not in page.headers


@pytest.mark.rfc("6749 §3.3")
def test_a_second_request_of_the_same_scope_asks_nothing(web_app: OAuthClient, browser: Browser) -> None:
    web_app.tokens_by_code(browser, scope="profile")
    request, _ = web_app.authorization(scope="profile")
    at_once = browser.open("/oauth/authorize", **request)
    assert "code" in parse_answer(at_once.headers["Location"]).query
    more, _ = web_app.authorization(scope="profile notes:write")
    assert browser.open("/oauth/authorize", **more).url.startswith(f"{web_app.gateway.url}/consent")
