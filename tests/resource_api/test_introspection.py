"""What every strategy must see: who a token stands for, expiry, audience, and, where it can, revocation."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.resource_api.gatehouse import Clock, Gatehouse

Bearer = Callable[..., dict[str, str]]


@pytest.mark.rfc("7662 §2.2")
def test_a_token_works_until_the_second_it_expires(api: FlaskClient, bearer: Bearer, clock: Clock) -> None:
    headers = bearer(seconds=60)
    clock.advance(seconds=59)
    assert api.get("/api/me", headers=headers).status_code == 200
    clock.advance(seconds=1)
    answer = api.get("/api/me", headers=headers)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
    assert "expired" in answer.json["error_description"]


@pytest.mark.rfc("8707 §2")
@pytest.mark.parametrize(
    "audience", [[], ["https://other.example/api"], ["{issuer}"], ["{issuer}/api/"], ["{issuer}/admin-api"]]
)
def test_a_token_for_another_audience_is_refused(
    api: FlaskClient, bearer: Bearer, gatehouse: Gatehouse, audience: list[str]
) -> None:
    headers = bearer(audience=[entry.replace("{issuer}", gatehouse.issuer) for entry in audience])
    answer = api.get("/api/me", headers=headers)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")


def test_one_of_several_audiences_is_enough(api: FlaskClient, bearer: Bearer, gatehouse: Gatehouse) -> None:
    headers = bearer(audience=["https://other.example", f"{gatehouse.issuer}/api"])
    assert api.get("/api/me", headers=headers).status_code == 200


@pytest.mark.rfc("7009 §2")
def test_a_revoked_token_stops_at_once(api: FlaskClient, gatehouse: Gatehouse, strategy: str) -> None:
    token = gatehouse.issue()
    headers = {"Authorization": f"Bearer {token}"}
    assert api.get("/api/me", headers=headers).status_code == 200
    gatehouse.revoke(token)
    # Local verification cannot see it, and its documentation says so.
    assert api.get("/api/me", headers=headers).status_code == (200 if strategy == "jwt" else 401)
    blind_spots = api.get("/api/openapi.json").json["info"]["description"]
    assert ("cannot see that a token was revoked" in blind_spots) == (strategy == "jwt")


def test_tokens_are_independent(api: FlaskClient, gatehouse: Gatehouse, strategy: str) -> None:
    first, second = gatehouse.issue(), gatehouse.issue()
    gatehouse.revoke(first)
    assert api.get("/api/me", headers={"Authorization": f"Bearer {second}"}).status_code == 200
