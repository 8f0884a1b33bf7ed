"""Clients for televisions and command lines (RFC 8628): made, known again, changed, and told how to begin."""

import re
import shlex
from html import unescape

import pytest
import requests

from admin_ui.web.client_types import DEVICE_CODE
from tests.admin_ui.test_clients import create, id_in


@pytest.fixture
def client_id(admin) -> str:
    """A client that the wizard made."""
    return id_in(create(admin, "device", client_name="My television"))


def ready_lines(page) -> list[list[str]]:
    """The curl commands of a client's page, as a shell would split them."""
    text = unescape(re.search(r'id="quickstart-curl"[^>]*>(.*?)</pre>', page.text, re.DOTALL)[1])
    lines = text.replace("\\\n", "").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("curl")]


def run(arguments: list[str], **variables: str) -> requests.Response:
    """What curl would send for such a command; variables of the shell are filled in."""
    form, url = [], ""
    words = iter(arguments[1:])
    for word in words:
        if word in ("-d", "--data-urlencode"):
            form.append(next(words).split("=", 1))
        else:
            url = word
    filled = [(name, variables.get(value.removeprefix("$"), value)) for name, value in form]
    return requests.post(url, data=filled, timeout=10)


@pytest.mark.rfc("8628 §3.1, §3.4")
def test_its_ready_lines_start_and_poll(admin, client_id):
    start, poll, *_ = ready_lines(admin.open(f"/admin/clients/{client_id}"))

    started = run(start)
    assert started.status_code == 200, started.text
    polled = run(poll, DEVICE_CODE=started.json()["device_code"])
    assert polled.json()["error"] == "authorization_pending"


def test_it_is_known_again_and_named_in_words(admin, client_id):
    page = admin.open(f"/admin/clients/{client_id}")

    assert "Television or command line" in page.text
    assert "device code, refresh token" in page.text and DEVICE_CODE + "," not in page.text
    assert "Rotate secret" not in page.text
    listed = admin.open("/admin/clients?search=demo+device").text
    assert "Television or command line" in listed


def test_it_is_changed_and_stays_what_it_is(admin, auth_service, client_id):
    edit = admin.open(f"/admin/clients/{client_id}/edit")
    assert "Nothing was changed." in admin.submit(edit).text

    admin.submit(edit, client_name="Another", id_token_signed_response_alg="ES256", scope=["openid"])

    client = auth_service.api("GET", f"clients/{client_id}")
    assert (client["client_name"], client["id_token_signed_response_alg"]) == ("Another", "ES256")
    assert (client["grant_types"], client["scope"]) == ([DEVICE_CODE, "refresh_token"], "openid")


def test_one_with_a_secret_has_lines_with_it(admin, new_client):
    made = new_client(grant_types=[DEVICE_CODE], scope="openid")
    start, poll = ready_lines(admin.open(f"/admin/clients/{made['client_id']}"))[:2]

    secret = f"{made['client_id']}:$CLIENT_SECRET"
    assert start[1:3] == poll[1:3] == ["-u", secret]


def test_the_page_after_its_creation_says_nothing_of_pkce(admin):
    page = create(admin, "device", client_name="My television")

    assert "It has no secret" in page.text and "PKCE" not in page.text
