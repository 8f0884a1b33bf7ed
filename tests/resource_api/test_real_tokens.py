"""Tokens that auth-service itself gave, in both formats, under every strategy, until it revokes them."""

import pytest
import requests
from flask.testing import FlaskClient

from auth_service.models import Client, ClientSecret
from auth_service.models.secret import hash_secret
from resource_api.app import create_app
from resource_api.settings import Settings
from tests.resource_api.gatehouse import Clock, Gatehouse

CREDENTIALS = ("batch", "batch-secret-with-enough-characters")


@pytest.fixture
def access_token_format(strategy: str) -> str:
    return "jwt" if strategy == "jwt" else "opaque"


@pytest.fixture
def token(gatehouse: Gatehouse, clock: Clock, access_token_format: str) -> str:
    """A client-credentials token, asked for over HTTP."""
    now = clock.now()
    Client(
        client_id=CREDENTIALS[0],
        client_name="A nightly batch",
        grant_types=["client_credentials"],
        scope="profile notes:read notes:write",
        access_token_format=access_token_format,
        secrets=[ClientSecret(hash=hash_secret(CREDENTIALS[1]), created_at=now)],
        created_at=now,
        updated_at=now,
    ).save()
    form = {"grant_type": "client_credentials", "scope": "profile notes:write"}
    answer = requests.post(f"{gatehouse.issuer}/oauth/token", form, auth=CREDENTIALS, timeout=5)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


@pytest.fixture
def real_keys(settings: Settings, gatehouse: Gatehouse) -> Settings:
    """Settings with auth-service's own key set instead of the tests'."""
    return settings.model_copy(update={"jwks_uri": f"{gatehouse.issuer}/oauth/jwks"})


@pytest.fixture
def api(real_keys: Settings, clock: Clock):
    app = create_app(real_keys, clock)
    yield app.test_client()
    app.extensions["resource_api"].databases.close()


@pytest.mark.rfc("6749 §4.4")
def test_a_client_credentials_token_works(api: FlaskClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    me = api.get("/api/me", headers=headers)
    assert me.json == {"id": "batch", "client_id": "batch", "client_name": "A nightly batch"}
    assert api.post("/api/notes", json={"title": "t"}, headers=headers).status_code == 201
    refused = api.get("/api/notes", headers=headers)
    assert (refused.status_code, refused.json["error"]) == (403, "insufficient_scope")


@pytest.mark.rfc("7009 §2")
def test_revoking_it_ends_it(api: FlaskClient, gatehouse: Gatehouse, token: str, strategy: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert api.get("/api/me", headers=headers).status_code == 200
    answer = requests.post(f"{gatehouse.issuer}/oauth/revoke", {"token": token}, auth=CREDENTIALS, timeout=5)
    assert answer.status_code == 200, answer.text
    assert api.get("/api/me", headers=headers).status_code == (200 if strategy == "jwt" else 401)


def test_it_expires(api: FlaskClient, clock: Clock, token: str) -> None:
    clock.advance(days=2)
    answer = api.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
