"""What pages of other origins may read, and what not."""

import pytest
from flask.testing import FlaskClient

APP = {"Origin": "https://spa.example"}

READABLE = [
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/oauth/jwks"),
    ("POST", "/oauth/token"),
    ("GET", "/oauth/userinfo"),
    ("POST", "/oauth/userinfo"),
    ("POST", "/oauth/revoke"),
    ("POST", "/oauth/register"),
    ("GET", "/oauth/register/unknown"),
    ("PUT", "/oauth/register/unknown"),
    ("DELETE", "/oauth/register/unknown"),
]
CLOSED = [
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/authorize"),
    ("POST", "/oauth/introspect"),
    ("GET", "/oauth/logout"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/"),
    ("GET", "/admin-api/v1/clients"),
]


@pytest.mark.parametrize(("method", "path"), READABLE)
def test_pages_of_any_origin_may_read_the_answer_be_it_a_refusal(
    client: FlaskClient, method: str, path: str
) -> None:
    response = client.open(path, method=method, headers=APP)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "WWW-Authenticate" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers  # cookies stay out of it


@pytest.mark.parametrize(("method", "path"), READABLE)
def test_the_browser_may_ask_beforehand(client: FlaskClient, method: str, path: str) -> None:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
    response = client.options(path, headers=APP | asked)
    assert response.status_code in (200, 204)
    assert method in response.headers["Access-Control-Allow-Methods"].split(", ")
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.rfc("9110 §12.5.5")
@pytest.mark.parametrize("headers", [{}, APP])
def test_what_is_kept_for_one_asker_is_not_given_to_another(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    """A document that was kept without these headers would be closed to the page that asks for it next."""
    for method, path in READABLE:
        if method == "GET":
            assert "Origin" in client.get(path, headers=headers).vary


@pytest.mark.rfc("9700 §2.6")
@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_nothing_else_can_be_read(client: FlaskClient, method: str, path: str) -> None:
    for answer in (client.open(path, method=method, headers=APP), client.options(path, headers=APP)):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_the_short_way_leaves_requests_of_pages_alone(client: FlaskClient, register) -> None:
    client_id = register(grant_types=["client_credentials"])
    response = client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, f"{client_id}-secret"),
        headers=APP,
    )
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.rfc("OIDC Discovery §4")
@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth/jwks"]
)
def test_an_unchanged_document_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert "max-age=" in first.headers["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
