"""authlib's client: every flow that it has, every way of authenticating, and the life of its tokens."""

from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.oauth_client import DEVICE_CODE, OAuthClient
from tests.e2e.relying_parties.authlib_session import SCOPE, sign_in
from tests.e2e.relying_parties.received_id_token import check, half_hash


@pytest.mark.rfc("OIDC Core §3.1")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_code_flow_with_pkce(
    register, connect, gateway: Gateway, metadata: dict[str, Any], person: Browser, method: str
) -> None:
    client = register(token_endpoint_auth_method=method)
    session = connect(client)
    tokens = sign_in(session, metadata, person, "a-nonce")
    claims = check(gateway, tokens["id_token"], client.client_id, "a-nonce", "RS256")
    assert claims["at_hash"] == half_hash(tokens["access_token"])
    userinfo = session.get(metadata["userinfo_endpoint"]).json()
    assert userinfo["sub"] == claims["sub"]
    assert userinfo["preferred_username"] == person.username


@pytest.mark.rfc("6749 §6")
def test_refresh(web_app: OAuthClient, connect, metadata: dict[str, Any], person: Browser) -> None:
    session = connect(web_app)
    first = sign_in(session, metadata, person, "n")
    second = session.refresh_token()
    assert second["access_token"] != first["access_token"]
    assert session.get(metadata["userinfo_endpoint"]).status_code == 200


@pytest.mark.rfc("6749 §6")
def test_an_expired_token_is_refreshed_on_the_way(
    web_app: OAuthClient, connect, metadata: dict[str, Any], person: Browser
) -> None:
    session = connect(web_app)
    first = sign_in(session, metadata, person, "n")
    session.token = first | {"expires_at": 1}
    assert session.get(metadata["userinfo_endpoint"]).status_code == 200
    assert session.token["access_token"] != first["access_token"]


@pytest.mark.rfc("8628 §3.1, §3.4")
def test_device_flow(device: OAuthClient, connect, metadata: dict[str, Any], person: Browser) -> None:
    session = connect(device)
    endpoint, form = (
        metadata["device_authorization_endpoint"],
        {"client_id": device.client_id, "scope": SCOPE},
    )
    codes = session.post(endpoint, data=form, withhold_token=True).json()
    poll = {"grant_type": DEVICE_CODE, "device_code": codes["device_code"]}
    with pytest.raises(OAuthError, match="authorization_pending"):
        session.fetch_token(**poll)
    person.decide_for_device(codes["user_code"])
    check(device.gateway, session.fetch_token(**poll)["id_token"], device.client_id, None, "RS256")
    assert session.get(metadata["userinfo_endpoint"]).json()["preferred_username"] == person.username
    session.refresh_token()
    assert session.get(metadata["userinfo_endpoint"]).status_code == 200


@pytest.mark.rfc("7009 §2, 7662 §2")
def test_introspection_and_revocation(
    web_app: OAuthClient, connect, metadata: dict[str, Any], person: Browser
) -> None:
    session = connect(web_app)
    token = sign_in(session, metadata, person, "n")["access_token"]
    places = metadata["introspection_endpoint"], metadata["revocation_endpoint"]
    assert session.introspect_token(places[0], token=token).json()["active"] is True
    assert session.revoke_token(places[1], token=token).status_code == 200
    assert session.introspect_token(places[0], token=token).json() == {"active": False}


@pytest.mark.rfc("6749 §4.3, §4.4")
def test_password_and_client_credentials(
    web_app: OAuthClient, connect, gateway: Gateway, metadata: dict[str, Any]
) -> None:
    session = connect(web_app, scope="profile")
    session.fetch_token(username="ada", password="valid")
    assert session.get(f"{gateway.url}/api/me").json()["username"] == "ada"
    own = connect(web_app, scope="profile").fetch_token(grant_type="client_credentials")
    assert gateway.get("/api/me", headers=bearer(own["access_token"])).status_code == 200


def register_front_channel(register, response_type: str) -> OAuthClient:
    """A native app that gets tokens in the front channel: on loopback nobody else may."""
    grants = ["implicit", "authorization_code", "refresh_token"] if "code" in response_type else ["implicit"]
    method = "none" if response_type == "token" else "client_secret_basic"
    return register(
        grant_types=grants,
        response_types=[response_type],
        application_type="native",
        token_endpoint_auth_method=method,
    )


@pytest.mark.rfc("OIDC Core §3.2, OAuth Multiple Response Types §5")
@pytest.mark.parametrize("response_type", ["token", "id_token token", "code token", "code id_token token"])
def test_tokens_from_the_front_channel(
    register, connect, gateway: Gateway, metadata: dict[str, Any], person: Browser, response_type: str
) -> None:
    client = register_front_channel(register, response_type)
    session = connect(client, response_type=response_type)
    url, state = session.create_authorization_url(metadata["authorization_endpoint"], nonce="a-nonce")
    answer = person.visit_for_client(url)
    front = session.token_from_fragment(answer, state)
    userinfo = session.get(metadata["userinfo_endpoint"]).json()
    assert userinfo["preferred_username"] == person.username
    subs = {userinfo["sub"]}
    if "id_token" in response_type:
        claims = check(gateway, front["id_token"], client.client_id, "a-nonce", "RS256")
        assert claims["at_hash"] == half_hash(front["access_token"])
        assert claims.get("c_hash") == (half_hash(front["code"]) if "code" in response_type else None)
        subs.add(claims["sub"])
    if "code" in response_type:
        tokens = session.fetch_token(code=front["code"], grant_type="authorization_code")
        subs.add(check(gateway, tokens["id_token"], client.client_id, "a-nonce", "RS256")["sub"])
        assert tokens["access_token"] != front["access_token"]
    assert len(subs) == 1
