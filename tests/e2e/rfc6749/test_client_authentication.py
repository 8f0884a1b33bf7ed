"""Client authentication, the same at every endpoint that asks for it."""

import base64
from collections.abc import Callable

import pytest
import requests

from tests.e2e.oauth_client import OAuthClient

ENDPOINTS = {
    "/oauth/token": {"grant_type": "authorization_code", "code": "gac_unknown"},
    "/oauth/revoke": {"token": "gat_unknown"},
    "/oauth/introspect": {"token": "gat_unknown"},
}
METHODS = ("client_secret_basic", "client_secret_post", "none")


@pytest.fixture(scope="session")
def clients(register: Callable[..., OAuthClient]) -> dict[str, OAuthClient]:
    """A client for each method."""
    return {method: register(token_endpoint_auth_method=method) for method in METHODS}


def is_authenticated(endpoint: str, answer: requests.Response) -> bool:
    """Whether the endpoint got past the client to the code or token, which it does not know."""
    if endpoint == "/oauth/token":
        return answer.status_code == 400 and answer.json()["error"] in ("invalid_grant", "invalid_request")
    return answer.status_code == 200


@pytest.mark.rfc("6749 §2.3")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("used", METHODS)
@pytest.mark.parametrize("registered", METHODS)
def test_only_the_registered_method_is_accepted(
    clients: dict[str, OAuthClient], endpoint: str, used: str, registered: str
) -> None:
    client = clients[registered]
    answer = client.post(endpoint, used, **ENDPOINTS[endpoint])
    if used == registered and (used, endpoint) != ("none", "/oauth/introspect"):
        assert is_authenticated(endpoint, answer), answer.text
    else:
        assert answer.status_code in (400, 401)
        assert answer.json()["error"] in ("invalid_client", "invalid_request")


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_wrong_secret_is_401_with_the_scheme(
    clients: dict[str, OAuthClient], endpoint: str, method: str
) -> None:
    impostor = OAuthClient(clients[method].gateway, clients[method].client_id, "wrong", method)
    answer = impostor.post(endpoint, **ENDPOINTS[endpoint])
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.rfc("6749 §5.2")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_client_is_told_no_more_than_one_with_a_wrong_secret(
    clients: dict[str, OAuthClient], endpoint: str, method: str
) -> None:
    gateway = clients["none"].gateway
    unknown = OAuthClient(gateway, "nobody", "wrong", method).post(endpoint, **ENDPOINTS[endpoint])
    basic = clients["client_secret_basic"].client_id
    wrong = OAuthClient(gateway, basic, "wrong").post(endpoint, **ENDPOINTS[endpoint])
    assert unknown.status_code == wrong.status_code == 401
    assert without_id(unknown) == without_id(wrong)


@pytest.mark.rfc("6749 §2.3")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("extra", [{"client_secret": "any"}, {"client_id": "another"}])
def test_two_methods_at_once_are_refused(
    clients: dict[str, OAuthClient], endpoint: str, extra: dict[str, str]
) -> None:
    answer = clients["client_secret_basic"].post(endpoint, **ENDPOINTS[endpoint], **extra)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749 §2.3.1")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(":é\x00".encode()).decode(),
        "Digest username=x",
        "Bearer token",
    ],
)
def test_a_malformed_authorization_header(
    clients: dict[str, OAuthClient], endpoint: str, header: str
) -> None:
    gateway = clients["none"].gateway
    answer = gateway.post(endpoint, data=ENDPOINTS[endpoint], headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


@pytest.mark.rfc("6749 §2.3.1")
def test_credentials_are_form_encoded_inside_basic(clients: dict[str, OAuthClient]) -> None:
    client = clients["client_secret_basic"]
    encoded = "".join(f"%{ord(character):02X}" for character in f"{client.client_id}")
    answer = client.gateway.post("/oauth/revoke", data={"token": "x"}, auth=(encoded, client.secret or ""))
    assert answer.status_code == 200


def without_id(answer: requests.Response) -> dict[str, str]:
    """The error without the request's own id."""
    return {name: value for name, value in answer.json().items() if name != "request_id"}
