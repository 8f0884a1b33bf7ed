"""Whether clients were told of the end of a session, and telling them again."""

import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.auth_service.flow import CHALLENGE, VERIFIER


@pytest.fixture
def told(browser, auth_service, new_client) -> dict:
    """A client whose back-channel logout URI nobody serves, after somebody signed in to it and out again."""
    client = new_client(
        client_name="Told of logouts",
        grant_types=["authorization_code"],
        redirect_uris=["https://a.example/cb"],
        backchannel_logout_uri="http://127.0.0.1:9/logout",
        scope="openid profile",
    )
    asked = {
        "response_type": "code",
        "client_id": client["client_id"],
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    page = browser.open(f"/oauth/authorize?{urlencode(asked)}")
    page = browser.submit(page, username="hedy", password="valid")
    page = browser.submit(page, follow=False, decision="allow")
    code = parse_qs(urlsplit(page.headers["Location"]).query)["code"][0]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": VERIFIER,
    }
    answer = requests.post(
        f"{auth_service.issuer}/oauth/token",
        data=form,
        auth=(client["client_id"], client["client_secret"]),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    browser.submit(browser.open("/oauth/logout"))
    return client


@pytest.fixture
def delivery(auth_service, told) -> dict:
    """What came of telling the client, once it was tried."""
    for _ in range(100):
        found = auth_service.api("GET", f"logout-deliveries?client_id={told['client_id']}")["items"]
        if found and found[0]["attempts"]:
            return found[0]
        time.sleep(0.05)  # the worker is a thread of another process, with the real clock
    raise AssertionError(f"nothing was delivered: {found}")


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_each_delivery_is_listed_with_what_came_of_it(admin, told, delivery):
    page = admin.open(f"/admin/logout-deliveries?client_id={told['client_id']}")

    assert f">{delivery['status']}</span>" in page.text
    assert "Told of logouts" in page.text and ">hedy</a>" in page.text
    assert delivery["result"] in page.text
    assert "next try" in page.text or delivery["status"] != "pending"


def test_the_list_is_filtered_by_status(admin, told, delivery):
    other = "delivered" if delivery["status"] != "delivered" else "failed"
    page = admin.open(f"/admin/logout-deliveries?client_id={told['client_id']}&status={other}")

    assert "No deliveries" in page.text
    assert admin.open("/admin/logout-deliveries?status=banana").status == 400


def test_a_delivery_is_tried_again(admin, told, delivery):
    page = admin.open(f"/admin/clients/{told['client_id']}")
    assert "Back-channel logout" in page.text

    after = admin.submit(page, action=f"/admin/logout-deliveries/{delivery['id']}/retry")

    assert "Told of logouts is told again now." in after.text
    assert after.path == f"/admin/clients/{told['client_id']}"


def test_without_a_logout_uri_a_clients_page_has_no_such_part(admin):
    assert "Back-channel logout" not in admin.open("/admin/clients/demo-web").text


def test_owners_of_apps_see_none(owner):
    assert owner.open("/admin/logout-deliveries").status == 403
