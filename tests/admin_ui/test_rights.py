"""People without a role manage the clients that they own and see no more; roles count at once."""

import pytest

from tests.admin_ui.test_clients import create, id_in
from tests.admin_ui.test_token_refresh import tokens_of

ADMINISTRATIVE = ["/admin/users", "/admin/users/new", "/admin/tokens", "/admin/grants", "/admin/signing-keys"]


def test_the_navigation_shows_only_their_apps(owner):
    page = owner.open("/admin/")

    assert page.path == "/admin/clients"
    navigation = page.text.split('<nav class="places')[1].split("</nav>")[0]
    assert "My apps" in navigation
    assert navigation.count("<li>") == 1


@pytest.mark.parametrize("address", ADMINISTRATIVE)
def test_other_pages_are_refused_in_words(owner, address):
    page = owner.open(address)

    assert page.status == 403
    assert "Your account does not have the rights for this page." in page.text


@pytest.mark.thorough
def test_their_own_app_from_creation_to_deletion(ui, owner, auth_service):
    form = owner.open("/admin/clients/new/web")
    assert "admin:read" not in form.text and "clients:own" not in form.text

    client_id = id_in(create(owner, client_name="Mine"))

    assert auth_service.api("GET", f"clients/{client_id}")["owner"] == tokens_of(ui, owner)["sub"]
    page = owner.open(f"/admin/clients/{client_id}")
    assert page.status == 200 and "Quickstart" in page.text
    assert "/disable" not in page.text and "/admin/tokens" not in page.text
    assert "Mine" in owner.open("/admin/clients").text
    owner.submit(owner.open(f"/admin/clients/{client_id}/edit"), client_name="Still mine")
    assert "gcs_" in owner.submit(owner.open(f"/admin/clients/{client_id}/secret")).text
    owner.submit(owner.open(f"/admin/clients/{client_id}/delete"), typed="Still mine")
    auth_service.api("GET", f"clients/{client_id}", status=404)


def test_others_apps_do_not_exist_for_them(owner):
    for action in ("", "/edit", "/secret", "/delete"):
        assert owner.open(f"/admin/clients/demo-web{action}").status == 404
    assert "Demo web app" not in owner.open("/admin/clients").text


def test_scopes_that_are_not_theirs_to_give_are_refused(owner):
    page = create(owner, scope=["admin:read"])

    assert page.status == 422


@pytest.mark.thorough
def test_an_app_that_an_administrator_raised_is_out_of_their_hands(owner, auth_service):
    client_id = id_in(create(owner, client_name="Raised"))
    auth_service.api("PATCH", f"clients/{client_id}", json={"scope": "admin:read"})

    page = owner.submit(owner.open(f"/admin/clients/{client_id}/edit"), client_name="x")

    assert page.status == 403 and "Only an administrator can change this client" in page.text


def test_a_role_that_was_taken_away_counts_at_once(browser, auth_service):
    user = auth_service.api(
        "POST",
        "users",
        status=201,
        json={"username": "was-admin", "roles": ["admin"], "password": "valid-password"},
    )
    browser.sign_in("was-admin")
    assert browser.open("/admin/users").status == 200

    auth_service.api("PATCH", f"users/{user['sub']}", json={"roles": []})

    assert browser.open("/admin/users").status == 403
    assert browser.open("/admin/").status == 403


def test_reading_alone_shows_no_button_that_changes(ui, admin):
    session = ui.session_interface._sealer.unseal(admin.session_cookie.value)
    session["content"]["person"]["scope"] = "openid admin:read"
    admin.put_session(ui.session_interface._sealer.seal(session))

    for address in (
        "/admin/",
        "/admin/clients",
        "/admin/clients/demo-web",
        "/admin/users",
        "/admin/signing-keys",
    ):
        page = admin.open(address)
        assert page.status == 200
        for word in ("/edit", "/new", "/delete", "/disable", "/rotate", "/secret", "/revoke"):
            assert f'{word}"' not in page.text, (address, word)
    assert admin.open("/admin/users/new").status == 403
