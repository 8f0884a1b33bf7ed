"""An app that sends people to the sign-in page, and the request it sends them with."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.auth_service.conftest import REDIRECT_URI, csrf_token


@pytest.fixture
def ask(client: FlaskClient, register: Callable[..., str]) -> Callable[..., str]:
    """Start an authorization as a new app would; returns the path of the page the browser is sent to."""

    def start(parameters: dict[str, str] | None = None, **metadata) -> str:
        client_id = register(**metadata)
        query = {"response_type": "code", "client_id": client_id, "state": "af0ifjsldkj"} | (parameters or {})
        response = client.get("/oauth/authorize", query_string=query)
        assert response.status_code == 303, response.text
        return response.location

    return start


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., object]:
    """Send the form of a page, with the token that stands in it."""

    def send(page: str, to: str | None = None, **fields: str):
        token = csrf_token(client.get(page).text)
        return client.post(to or page, data={"csrf_token": token, **fields})

    return send


@pytest.fixture
def redirect_uri() -> str:
    """Where the apps made by `ask` are answered."""
    return REDIRECT_URI
