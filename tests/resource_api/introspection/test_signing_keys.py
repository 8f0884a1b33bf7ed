"""How the issuer's keys are fetched, remembered, renewed and let go."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import ECKey

from tests.resource_api.gatehouse import Clock, Gatehouse

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def strategy() -> str:
    return "jwt"


def status(api: FlaskClient, token: str) -> int:
    return api.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code


def signed_by_new_key(gatehouse: Gatehouse, kid: str) -> str:
    """A token under a key that is not published yet."""
    gatehouse.key = ECKey.generate_key("P-256", {"kid": kid})
    header = {"alg": "ES256", "typ": "at+jwt", "kid": kid}
    return gatehouse.sign(gatehouse.claims(), header)


def test_the_key_set_is_asked_for_once(api: FlaskClient, gatehouse: Gatehouse) -> None:
    assert [status(api, gatehouse.issue()) for _ in range(3)] == [200, 200, 200]
    assert gatehouse.key_set_requests == 1


@pytest.mark.rfc("7517 §5")
def test_a_new_key_is_found_when_its_first_token_comes(
    api: FlaskClient, gatehouse: Gatehouse, clock: Clock
) -> None:
    assert status(api, gatehouse.issue()) == 200
    token = signed_by_new_key(gatehouse, "key-2")
    gatehouse.published_keys.append(gatehouse.key.as_dict(private=False))
    clock.advance(seconds=11)
    assert status(api, token) == 200


def test_invented_key_names_do_not_make_us_ask_again_and_again(
    api: FlaskClient, gatehouse: Gatehouse, clock: Clock
) -> None:
    good = gatehouse.issue()
    assert status(api, good) == 200
    clock.advance(seconds=11)
    assert [status(api, signed_by_new_key(gatehouse, f"invented-{n}")) for n in range(5)] == [401] * 5
    assert gatehouse.key_set_requests == 2
    assert status(api, good) == 200


def test_a_withdrawn_key_is_forgotten(api: FlaskClient, gatehouse: Gatehouse, clock: Clock) -> None:
    token = gatehouse.issue()
    assert status(api, token) == 200
    gatehouse.published_keys.clear()
    clock.advance(minutes=5, seconds=1)
    assert status(api, token) == 401


@pytest.mark.parametrize("trouble", ["down", "error", "nonsense"])
def test_the_last_good_keys_stay_when_the_issuer_is_in_trouble(
    api: FlaskClient, gatehouse: Gatehouse, clock: Clock, trouble: str
) -> None:
    token = gatehouse.issue()
    assert status(api, token) == 200
    gatehouse.trouble = trouble
    clock.advance(minutes=6)
    assert status(api, token) == 200
    # Of an unknown key nobody can say whether it is good: that is no fault of the token.
    answer = api.get("/api/me", headers={"Authorization": f"Bearer {signed_by_new_key(gatehouse, 'key-2')}"})
    assert (answer.status_code, answer.json["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "WWW-Authenticate" not in answer.headers


def test_without_any_key_the_answer_is_503_until_the_issuer_is_back(
    api: FlaskClient, gatehouse: Gatehouse, clock: Clock
) -> None:
    token = gatehouse.issue()
    gatehouse.trouble = "down"
    assert [status(api, token), status(api, token)] == [503, 503]
    gatehouse.trouble = ""
    clock.advance(seconds=11)
    assert status(api, token) == 200


def test_unusable_keys_do_not_spoil_the_set(api: FlaskClient, gatehouse: Gatehouse) -> None:
    broken = {"kty": "EC", "crv": "P-256", "kid": "broken", "x": "AA", "y": "AA"}
    gatehouse.published_keys[:0] = [
        {},
        {"kty": "EC"},
        broken,
        {**broken, "x": 7},
        {"kty": "oct", "k": "AAAA", "kid": "key-1"},
        {**gatehouse.key.as_dict(private=False), "use": "enc", "kid": "encryption"},
    ]
    assert status(api, gatehouse.issue()) == 200
    header = {"alg": "ES256", "typ": "at+jwt", "kid": "encryption"}
    assert status(api, gatehouse.sign(gatehouse.claims(), header)) == 401
