"""Whether clients were told of the end of a session, and telling them again."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from markupsafe import escape

from admin_ui import admin_api
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
    browser.submit(browser.open("/oauth/logout"), action="/logout")
    return client


@pytest.fixture
def delivery(auth_service, told) -> dict:
    """The notice that waits for the client: nothing delivers it, since here no worker of gunicorn runs."""
    return auth_service.api("GET", f"logout-deliveries?client_id={told['client_id']}")["items"][0]


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_each_delivery_is_listed_with_what_came_of_it(admin, told, delivery):
    page = admin.open(f"/admin/logout-deliveries?client_id={told['client_id']}")

    assert f">{delivery['status']}</span>" in page.text
    assert "Told of logouts" in page.text and ">hedy</a>" in page.text
    assert "0 tries, again " in page.text


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("failed: ConnectionRefusedError", "The connection was refused."),
        ("failed: SSLCertVerificationError", "Its certificate was not accepted."),
        ("HTTP status 503", "HTTP status 503"),
        ("failed: <NewError>", "failed: &lt;NewError&gt;"),
    ],
)
def test_what_failed_is_said_in_words_for_people(admin, told, monkeypatch, result, words):
    get = admin_api.get

    def answer(*segments, **query):
        reply = get(*segments, **query)
        for delivery in reply["items"]:
            delivery["result"] = result
        return reply

    monkeypatch.setattr(admin_api, "get", answer)
    page = admin.open(f"/admin/logout-deliveries?client_id={told['client_id']}")

    assert f">{words}</span>" in page.text
    assert f'title="{escape(result or "")}"' in page.text


def test_the_list_is_filtered_by_status(admin, told, delivery):
    address = f"/admin/logout-deliveries?client_id={told['client_id']}&status="

    assert "No deliveries" in admin.open(address + "failed").text
    assert ">hedy</a>" in admin.open(address + "pending").text
    assert admin.open("/admin/logout-deliveries?status=banana").status == 400


def test_a_delivery_is_tried_again(admin, auth_service, told, delivery):
    page = admin.open(f"/admin/clients/{told['client_id']}")
    assert "Back-channel logout" in page.text

    after = admin.submit(page, action=f"/admin/logout-deliveries/{delivery['id']}/retry")

    assert "Told of logouts is told again now." in after.text
    assert after.path == f"/admin/clients/{told['client_id']}"
    again = auth_service.api("GET", f"logout-deliveries?client_id={told['client_id']}")["items"][0]
    assert again["updated_at"] > delivery["updated_at"]


def test_without_a_logout_uri_a_clients_page_has_no_such_part(admin):
    assert "Back-channel logout" not in admin.open("/admin/clients/demo-web").text


def test_owners_of_apps_see_none(owner):
    assert owner.open("/admin/logout-deliveries").status == 403
