"""Authorization requests that are not as they must be: nobody is sent to an address that is not registered."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient

REGISTERED = "https://app.example/Call/Back?x=1"
OTHERS = {
    "case of the path": "https://app.example/call/back?x=1",
    "case of the host": "https://APP.example/Call/Back?x=1",
    "case of the scheme": "HTTPS://app.example/Call/Back?x=1",
    "slash": "https://app.example/Call/Back/?x=1",
    "no query": "https://app.example/Call/Back",
    "another query": "https://app.example/Call/Back?x=2",
    "more query": "https://app.example/Call/Back?x=1&y=2",
    "fragment": "https://app.example/Call/Back?x=1#y",
    "empty fragment": "https://app.example/Call/Back?x=1#",
    "userinfo": "https://user@app.example/Call/Back?x=1",
    "userinfo as host": "https://app.example@evil.example/Call/Back?x=1",
    "host": "https://evil.example/Call/Back?x=1",
    "subdomain": "https://evil.app.example/Call/Back?x=1",
    "longer host": "https://app.example.evil.example/Call/Back?x=1",
    "trailing dot": "https://app.example./Call/Back?x=1",
    "port": "https://app.example:8443/Call/Back?x=1",
    "default port": "https://app.example:443/Call/Back?x=1",
    "http": "http://app.example/Call/Back?x=1",
    "no scheme": "//app.example/Call/Back?x=1",
    "relative": "/Call/Back?x=1",
    "dots": "https://app.example/Call/../Call/Back?x=1",
    "backslash": "https://app.example\\@evil.example/Call/Back?x=1",
    "percent-encoded": "https://app.example/%43all/Back?x=1",
    "blank before": " https://app.example/Call/Back?x=1",
    "line break after": "https://app.example/Call/Back?x=1\r\n",
    "tab inside": "https://app.exa\tmple/Call/Back?x=1",
    "look-alike": "https://app.exаmple/Call/Back?x=1",  # noqa: RUF001, RUF003 - the а is Cyrillic
    "javascript": "javascript:alert(1)//https://app.example/Call/Back?x=1",
    "data": "data:text/html,<script>alert(1)</script>",
    "list": "https://app.example/Call/Back?x=1 https://evil.example/",
    "wildcard": "https://*.example/Call/Back?x=1",
}


@pytest.fixture(scope="module")
def app(register) -> OAuthClient:
    return register(redirect_uris=[REGISTERED])


@pytest.mark.rfc("6749 §3.1.2.4; 9700 §4.1.3")
@pytest.mark.parametrize("redirect_uri", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("signed_in", [True, False])
def test_only_the_registered_redirect_uri_is_gone_to(
    app: OAuthClient, browser: Browser, redirect_uri: str, signed_in: bool
) -> None:
    if signed_in:
        browser.sign_in()
    request, _ = app.authorization(redirect_uri=redirect_uri)
    page = browser.http.get("/oauth/authorize", params=request)
    assert page.status_code == 400
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Location" not in page.headers
    assert f'href="{redirect_uri}"' not in page.text


@pytest.mark.rfc("9700 §4.1.3")
def test_the_registered_one_is(app: OAuthClient, browser: Browser) -> None:
    assert app.tokens_by_code(browser, redirect_uri=REGISTERED)["access_token"]


@pytest.mark.rfc("8252 §7.3")
@pytest.mark.parametrize(
    ("redirect_uri", "accepted"),
    [
        ("http://127.0.0.1:61234/cb", True),
        ("http://127.0.0.1/cb", True),
        ("http://127.0.0.1:61234/other", False),
        ("http://localhost:61234/cb", False),
        ("http://127.0.0.2:61234/cb", False),
        ("http://127.0.0.1.evil.example:61234/cb", False),
        ("http://127.0.0.1:61234@evil.example/cb", False),
        ("https://127.0.0.1:61234/cb", False),
    ],
)
def test_native_apps_choose_the_port_on_loopback_and_nothing_else(
    register, browser: Browser, redirect_uri: str, accepted: bool
) -> None:
    client: OAuthClient = register(
        redirect_uris=["http://127.0.0.1/cb"], application_type="native", token_endpoint_auth_method="none"
    )
    request, _ = client.authorization(redirect_uri=redirect_uri)
    answer = browser.http.get("/oauth/authorize", params=request)
    assert answer.status_code == (303 if accepted else 400)


@pytest.mark.rfc("6749 §3.1")
@pytest.mark.parametrize("name", ["response_type", "scope", "state", "code_challenge", "nonce", "unheard_of"])
def test_a_repeated_parameter_is_reported(web_app: OAuthClient, browser: Browser, name: str) -> None:
    request, _ = web_app.authorization(state="s", nonce="n", unheard_of="u")
    answer = browser.authorize(**(request | {name: [request[name], request[name]]}))
    assert (answer.uri, answer.query["error"]) == (REDIRECT_URI, "invalid_request")


@pytest.mark.rfc("6749 §3.1, §4.1.2.1")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_with_two_clients_or_addresses_nobody_is_redirected(
    web_app: OAuthClient, browser: Browser, name: str
) -> None:
    request, _ = web_app.authorization()
    page = browser.http.get(
        "/oauth/authorize", params=request | {name: [request[name], "https://evil.example"]}
    )
    assert page.status_code == 400
    assert "Location" not in page.headers


@pytest.mark.rfc("6749 §4.1.2.1")
@pytest.mark.parametrize(
    "response_type", [None, "", "CODE", "code code", "code none", "none", 'c"o\\de', "ü"]
)
def test_response_types_that_are_none(
    web_app: OAuthClient, browser: Browser, response_type: str | None
) -> None:
    request, _ = web_app.authorization(state="s")
    answer = browser.authorize(**(request | {"response_type": response_type}))
    assert answer.query["error"] in ("invalid_request", "unsupported_response_type")
    assert answer.query["state"] == "s"


@pytest.mark.rfc("6749 §4.2.2.1; OIDC Core §3.3.2.6")
@pytest.mark.parametrize("response_type", ["token", "id_token", "code token", "code id_token"])
def test_response_types_that_are_not_the_clients(
    web_app: OAuthClient, browser: Browser, response_type: str
) -> None:
    request, _ = web_app.authorization(state="s")
    answer = browser.authorize(**(request | {"response_type": response_type}))
    assert (answer.fragment["error"], answer.fragment["state"]) == ("unauthorized_client", "s")
    assert answer.query == {}


def test_a_request_id_that_was_made_up_leads_nowhere(gateway: Gateway, browser: Browser) -> None:
    browser.sign_in()
    for path in ("/login", "/select-account", "/consent", "/oauth/authorize/continue"):
        page = browser.http.get(path, params={"request": "made-up"})
        assert page.status_code == 400
        assert "Location" not in page.headers
