"""requests-oauthlib: one client class for each grant of RFC 6749, and refresh on the way."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from oauthlib.oauth2 import (
    AccessDeniedError,
    BackendApplicationClient,
    Client,
    LegacyApplicationClient,
    MobileApplicationClient,
    WebApplicationClient,
)
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient
from tests.e2e.relying_parties.received_id_token import check

SCOPE = ["openid", "profile", "email"]


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow loopback without TLS, as the demo has it."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def session(gateway: Gateway) -> Iterator[Callable[..., OAuth2Session]]:
    """A function that makes a session for one of oauthlib's clients."""
    made: list[OAuth2Session] = []

    def make(client: Client, scope: list[str] | None = SCOPE, **options: Any) -> OAuth2Session:
        new = OAuth2Session(client=client, scope=scope, redirect_uri=REDIRECT_URI, **options)
        new.trust_env = False
        new.hooks["response"] = [gateway.used_secrets.collect]
        made.append(new)
        return new

    yield make
    for one in made:
        one.close()


@pytest.fixture
def implicit_app(register) -> OAuthClient:
    """A native app without a secret that gets its access token in the front channel."""
    return register(
        grant_types=["implicit"],
        response_types=["token"],
        application_type="native",
        token_endpoint_auth_method="none",
    )


def basic(client: OAuthClient) -> HTTPBasicAuth:
    """The client's credentials."""
    return HTTPBasicAuth(client.client_id, client.secret or "")


@pytest.mark.rfc("6749 §4.1, 7636 §4")
def test_code_flow_with_pkce_and_refresh(
    web_app: OAuthClient, session, gateway: Gateway, metadata: dict[str, Any], person: Browser
) -> None:
    web = session(WebApplicationClient(web_app.client_id), pkce="S256")
    url, _ = web.authorization_url(metadata["authorization_endpoint"], nonce="a-nonce")
    answer = person.visit_for_client(url)
    # It refuses another state, and a scope that is not the one that was asked for.
    tokens = web.fetch_token(
        metadata["token_endpoint"], authorization_response=answer, auth=basic(web_app), include_client_id=True
    )
    claims = check(gateway, tokens["id_token"], web_app.client_id, "a-nonce", "RS256")
    assert web.get(metadata["userinfo_endpoint"]).json()["sub"] == claims["sub"]
    refreshed = web.refresh_token(metadata["token_endpoint"], auth=basic(web_app))
    assert refreshed["access_token"] != tokens["access_token"]
    assert refreshed["refresh_token"] != tokens["refresh_token"]


@pytest.mark.rfc("6749 §6, §2.3.1")
def test_an_expired_token_is_refreshed_on_the_way(
    register, session, metadata: dict[str, Any], person: Browser
) -> None:
    client = register(token_endpoint_auth_method="client_secret_post")
    tokens = client.tokens_by_code(person, scope=" ".join(SCOPE))
    kept: list[dict[str, Any]] = []
    again = session(
        WebApplicationClient(client.client_id),
        token=tokens | {"expires_at": 1},
        auto_refresh_url=metadata["token_endpoint"],
        auto_refresh_kwargs={"client_id": client.client_id, "client_secret": client.secret},
        token_updater=kept.append,
    )
    assert again.get(metadata["userinfo_endpoint"]).status_code == 200
    assert [new["access_token"] != tokens["access_token"] for new in kept] == [True]


@pytest.mark.rfc("6749 §4.2")
def test_implicit_flow(implicit_app: OAuthClient, session, metadata: dict[str, Any], person: Browser) -> None:
    mobile = session(MobileApplicationClient(implicit_app.client_id))
    url, _ = mobile.authorization_url(metadata["authorization_endpoint"])
    tokens = mobile.token_from_fragment(person.visit_for_client(url))
    assert tokens["token_type"] == "Bearer"
    assert mobile.get(metadata["userinfo_endpoint"]).json()["preferred_username"] == person.username


@pytest.mark.rfc("6749 §4.2.2.1")
def test_a_refusal_arrives_as_its_error(
    implicit_app: OAuthClient, session, metadata: dict[str, Any], person: Browser
) -> None:
    mobile = session(MobileApplicationClient(implicit_app.client_id))
    url, _ = mobile.authorization_url(metadata["authorization_endpoint"])
    with pytest.raises(AccessDeniedError):
        mobile.token_from_fragment(person.visit_for_client(url, decision="deny"))


@pytest.mark.rfc("6749 §4.3")
def test_password_grant(web_app: OAuthClient, session, gateway: Gateway, metadata: dict[str, Any]) -> None:
    legacy = session(LegacyApplicationClient(web_app.client_id, scope=["profile"]), None)
    legacy.fetch_token(metadata["token_endpoint"], username="ada", password="valid", auth=basic(web_app))
    assert legacy.get(f"{gateway.url}/api/me").json()["username"] == "ada"


@pytest.mark.rfc("6749 §4.4")
def test_client_credentials(
    web_app: OAuthClient, session, gateway: Gateway, metadata: dict[str, Any]
) -> None:
    backend = session(BackendApplicationClient(web_app.client_id, scope=["profile"]), None)
    tokens = backend.fetch_token(metadata["token_endpoint"], auth=basic(web_app))
    assert "refresh_token" not in tokens
    assert backend.get(f"{gateway.url}/api/me").status_code == 200
