"""A form whose answer shows a secret does its work once, however often a browser without scripts sends it."""

import secrets

import pytest

from admin_ui.sealed_cookie import LARGEST
from admin_ui.web.once import KEPT
from tests.admin_ui.browser import Browser


@pytest.fixture
def addresses(auth_service, new_client) -> dict[str, str]:
    """Where each such form is, with somebody and something of this test's own."""
    user = auth_service.api("POST", "users", status=201, json={"username": f"user-{secrets.token_hex(4)}"})
    return {
        "client": "/admin/clients/new/machine",
        "secret": f"/admin/clients/{new_client()['client_id']}/secret",
        "user": "/admin/users/new",
        "password": f"/admin/users/{user['sub']}/password",
        "token": "/admin/registration/tokens/new",
    }


FORMS = [
    ("client", {"client_name": "Once"}, 201, 'href="/admin/clients">Clients<'),
    ("secret", {"keep_previous_for": "0"}, 200, 'href="/admin/clients/'),
    ("user", {"username": "once"}, 201, 'href="/admin/users">Users<'),
    ("password", {}, 200, 'href="/admin/users/'),
    ("token", {"name": "Once"}, 201, 'href="/admin/registration">Registration<'),
]


@pytest.mark.parametrize(("form", "values", "status", "link"), FORMS)
def test_a_form_that_is_sent_again_does_nothing_and_says_where_to_look(
    admin: Browser, auth_service, addresses, form, values, status, link
):
    asked = admin.open(addresses[form])
    assert admin.submit(asked, **values).status == status
    before = everything(auth_service, addresses)

    for _ in range(2):
        again = admin.submit(asked, **values)
        assert again.status == 409
        assert "This was already done" in again.text and link in again.text
    assert everything(auth_service, addresses) == before


def everything(auth_service, addresses) -> list:
    """What the forms make or change."""
    client = addresses["secret"].split("/")[3]
    return [
        auth_service.api("GET", "counts")["clients"],
        auth_service.api("GET", "counts")["users"],
        auth_service.api("GET", f"clients/{client}")["secrets"],
        auth_service.api("GET", f"users/{addresses['password'].split('/')[3]}")["updated_at"],
        len(auth_service.api("GET", "initial-access-tokens?limit=100")["items"]),
    ]


def test_a_form_with_faults_can_be_sent_again(admin: Browser, addresses):
    asked = admin.open(addresses["client"])

    assert admin.submit(asked, client_name="").status == 422
    assert admin.submit(asked, client_name="Once").status == 201


def test_another_form_of_the_same_kind_is_good(admin: Browser, addresses):
    first, second = admin.open(addresses["token"]), admin.open(addresses["token"])

    assert [admin.submit(asked, name="Twice").status for asked in (first, second)] == [201, 201]


def test_the_cookie_holds_no_more_of_them_than_it_has_room_for(ui, fresh_admin: Browser, addresses):
    asked = [fresh_admin.open(addresses["token"]) for _ in range(KEPT + 1)]
    for page in asked:
        assert fresh_admin.submit(page, name="Many").status == 201

    assert fresh_admin.submit(asked[-1], name="Many").status == 409
    assert fresh_admin.submit(asked[1], name="Many").status == 409
    assert len(fresh_admin.session_cookie.value) <= LARGEST
    content = ui.session_interface._sealer.unseal(fresh_admin.session_cookie.value)["content"]
    assert len(content["used_forms"]) == KEPT
