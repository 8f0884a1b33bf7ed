"""docs/protect-your-api.md: its examples run as they stand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from auth_service.models import Client, ClientSecret
from auth_service.models.secret import hash_secret
from tests.resource_api.gatehouse import Clock, Gatehouse

GUIDE = (Path(__file__).parents[2] / "docs" / "protect-your-api.md").read_text()
APPLICATION, SHARED_DATABASE, LOCAL_JWT = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
VARIANTS = {"endpoint": "", "shared_database": SHARED_DATABASE, "jwt": LOCAL_JWT}
SECRET = "demo-api-secret"


@pytest.fixture
def orders(
    gatehouse: Gatehouse, clock: Clock, strategy: str, mongodb_uri: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The guide's application, with the introspector of the strategy put in its place."""
    register_demo_api(clock)
    monkeypatch.setenv("ISSUER", gatehouse.issuer)
    monkeypatch.setenv("CLIENT_SECRET", SECRET)
    monkeypatch.setenv("MONGODB_URI", mongodb_uri)
    head, protection, views = APPLICATION.partition("BearerProtection(app, introspector")
    source = head + VARIANTS[strategy] + protection + views
    source = source.replace('"gatehouse"]', f'"{gatehouse.database.name}"]')
    source = source.replace("{ISSUER}/oauth/jwks", gatehouse.jwks_uri)
    # The tokens of these tests are made ahead of the real time, which the guide's application lives in.
    source = source.replace("clock = Clock()", "")
    names: dict[str, Any] = {"__name__": "orders", "clock": clock}
    exec(compile(source, "docs/protect-your-api.md", "exec"), names)
    yield names["app"]
    if "client" in names:
        names["client"].close()
    Client.objects(client_id="demo-api").delete()  # outside the demo, auth-service refuses to start beside it


def register_demo_api(clock: Clock) -> None:
    """The client that the guide introspects with."""
    now = clock.now()
    secrets = [ClientSecret(hash=hash_secret(SECRET), created_at=now)]
    times = {"created_at": now, "updated_at": now}
    Client(client_id="demo-api", resource_server=True, secrets=secrets, **times).save()


def test_the_application_of_the_guide(orders: Flask, gatehouse: Gatehouse) -> None:
    api = orders.test_client()
    token = gatehouse.issue("notes:read", sub=None, client_id="robot")
    good = api.get("/orders", headers={"Authorization": f"Bearer {token}"})
    assert (good.status_code, good.json) == (200, {"orders_of": "robot"})
    assert api.get("/orders", headers={"Authorization": "Bearer unknown"}).status_code == 401


@pytest.mark.rfc("6750 §3")
def test_its_answers_are_those_of_the_guides_table(orders: Flask, gatehouse: Gatehouse) -> None:
    """A plain Flask application, without resource-api's own error pages, answers by the standard too."""
    api = orders.test_client()
    realm = f'Bearer realm="{gatehouse.issuer}/api"'
    none = api.get("/orders")
    assert (none.status_code, none.headers["WWW-Authenticate"]) == (401, realm)
    narrow = api.get("/orders", headers={"Authorization": f"Bearer {gatehouse.issue('profile')}"})
    assert narrow.status_code == 403
    assert narrow.json["error"] == "insufficient_scope"
    assert 'error="insufficient_scope"' in narrow.headers["WWW-Authenticate"]
    assert 'scope="notes:read"' in narrow.headers["WWW-Authenticate"]
    assert api.get(f"/orders?access_token={gatehouse.issue()}").status_code == 400
