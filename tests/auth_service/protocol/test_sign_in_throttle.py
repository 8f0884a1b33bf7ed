"""Passwords cannot be guessed at any speed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from auth_service.models import RateLimit
from auth_service.protocol.sign_in_throttle import ACCOUNT, ADDRESS, PAIR, SignInAttempt
from auth_service.protocol.throttle import TooManyFailures
from tests.auth_service.conftest import csrf_token


@pytest.fixture(autouse=True)
def start_at_zero(app):
    RateLimit.objects.delete()


@pytest.fixture
def try_to_sign_in(client):
    """Send name and password from an address, through one proxy."""

    def send(username: str, password: str, address: str = "192.0.2.1"):
        token = csrf_token(client.get("/login").text) if client.get("/login").status_code == 200 else ""
        form = {"csrf_token": token, "username": username, "password": password}
        return client.post("/login", data=form, headers={"X-Forwarded-For": address})

    return send


def test_after_five_failures_the_right_password_must_wait(try_to_sign_in, clock, username):
    for _ in range(PAIR.failures):
        assert try_to_sign_in(username, "wrong").status_code == 400
    refused = try_to_sign_in(username, "valid")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "300"
    assert "Try again in 5 minutes." in refused.text
    clock.advance(seconds=250)
    assert "Try again in 50 seconds." in try_to_sign_in(username, "valid").text
    clock.advance(seconds=50)
    assert try_to_sign_in(username, "valid").status_code == 303


def test_capitals_are_not_more_tries(try_to_sign_in, username):
    for spelling in (username, username.upper(), f" {username}", username.title(), f"{username} "):
        assert try_to_sign_in(spelling, "wrong").status_code == 400
    assert try_to_sign_in(username, "valid").status_code == 429


def test_other_people_at_the_same_address_can_sign_in(try_to_sign_in, username):
    for _ in range(PAIR.failures + 1):
        try_to_sign_in(username, "wrong")
    assert try_to_sign_in(f"{username}-2", "valid").status_code == 303


def test_the_same_person_elsewhere_can_sign_in(try_to_sign_in, username):
    for _ in range(PAIR.failures + 1):
        try_to_sign_in(username, "wrong")
    assert try_to_sign_in(username, "valid", "198.51.100.7").status_code == 303


@pytest.mark.thorough
def test_signing_in_forgets_what_was_mistyped(try_to_sign_in, client, username):
    for _ in range(3):
        for _ in range(PAIR.failures - 1):
            assert try_to_sign_in(username, "wrong").status_code == 400
        assert try_to_sign_in(username, "valid").status_code == 303
        client.delete_cookie("gatehouse_session_5000")


def attempts(clock, count: int, address, username) -> int:
    """How many of so many tries were let through."""
    passed = 0
    for number in range(count):
        try:
            SignInAttempt(address(number), username(number), clock.now())
            passed += 1
        except TooManyFailures:
            pass
    return passed


def test_one_address_cannot_try_many_accounts(clock):
    count = ADDRESS.failures + 20
    assert attempts(clock, count, lambda _: "192.0.2.1", lambda n: f"user{n}") == ADDRESS.failures


@pytest.mark.thorough
def test_many_addresses_cannot_try_one_account(clock):
    count = ACCOUNT.failures + 20
    assert attempts(clock, count, lambda n: f"192.0.2.{n}", lambda _: "ada") == ACCOUNT.failures


@pytest.mark.thorough
def test_one_address_cannot_lock_an_account_for_others(clock):
    for _ in range(60):
        attempts(clock, PAIR.failures + 3, lambda _: "192.0.2.1", lambda _: "ada")
        clock.advance(seconds=61)
    SignInAttempt("198.51.100.7", "ada", clock.now())


def test_an_ipv6_household_is_one_address(clock):
    assert attempts(clock, 20, lambda n: f"2001:db8::{n:x}", lambda _: "ada") == PAIR.failures
    SignInAttempt("2001:db8:0:1::1", "ada", clock.now())


@pytest.mark.parametrize("address", ["", "unknown", "1.2.3.4, 5.6.7.8", "::ffff:192.0.2.1"])
def test_any_address_is_counted(clock, address):
    assert attempts(clock, 20, lambda _: address, lambda _: "ada") == PAIR.failures


def test_parallel_tries_are_all_counted(clock):
    def one(_number: int) -> bool:
        try:
            SignInAttempt("192.0.2.9", "ada", clock.now())
        except TooManyFailures:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, range(40))) == PAIR.failures


def test_neither_names_nor_addresses_are_stored(clock):
    SignInAttempt("192.0.2.1", "ada-lovelace", clock.now())
    stored = str(list(RateLimit._get_collection().find()))
    assert "ada-lovelace" not in stored and "192.0.2.1" not in stored


def test_counters_go_away_by_themselves(app):
    indexes = RateLimit._get_collection().index_information()
    assert any(index.get("expireAfterSeconds") == 0 for index in indexes.values())
