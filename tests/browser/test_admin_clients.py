"""Clients in the admin pages: made there, used at the server, changed, deleted."""

import re
import subprocess

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import App
from tests.browser.pages import confirm, create_client, shown_client_id, shown_secret, sign_in
from tests.e2e.oauth_client import OAuthClient

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def name(username) -> str:
    return f"Test of {username}"


def made_client(page: Page, gateway, confidential: bool) -> OAuthClient:
    """The client that the page after a creation shows."""
    if confidential:
        return OAuthClient(gateway, shown_client_id(page), shown_secret(page))
    expect(page.locator("#client-secret")).to_have_count(0)
    return OAuthClient(gateway, shown_client_id(page), None, "none")


@pytest.mark.parametrize(
    ("kind", "confidential"),
    [("Web application", True), ("Single-page application", False), ("Native application", False)],
)
def test_an_app_that_people_sign_in_to(
    admin, open_window, gateway, redirect_target, username, name, kind, confidential
):
    native = kind == "Native application"
    registered = "http://127.0.0.1/callback" if native else redirect_target.uri
    create_client(admin, kind, name, registered)
    app = App(made_client(admin, gateway, confidential), redirect_target.uri)
    window = open_window()
    window.goto(app.authorization_path(scope="openid profile"))
    sign_in(window, username)
    expect(window.get_by_text(name)).to_be_visible()
    window.get_by_role("button", name="Allow").click()
    assert app.whoami(app.redeem(app.answer(window)["code"]))["username"] == username


def test_a_machine(admin, gateway, name):
    create_client(admin, "Machine", name, scopes="profile")
    app = App(made_client(admin, gateway, True), "")
    token = app.client.tokens("client_credentials")["access_token"]
    assert app.whoami(token)["client_name"] == name


@pytest.mark.rfc("8628 §3.3, §3.4")
def test_a_television_is_allowed_by_a_code(admin, open_window, gateway, username, name):
    create_client(admin, "Television or command line", name)
    television = App(made_client(admin, gateway, False), "")
    started = television.client.post("/oauth/device_authorization", scope="openid profile").json()
    polled = {"grant_type": DEVICE_CODE, "device_code": started["device_code"]}
    assert television.client.request_token(**polled).json()["error"] == "authorization_pending"
    window = open_window()
    window.goto(started["verification_uri"])
    sign_in(window, username)
    window.get_by_label("Code").fill(started["user_code"].lower())
    window.get_by_role("button", name="Continue").click()
    expect(window.get_by_text(name)).to_be_visible()
    window.get_by_role("button", name="Allow").click()
    expect(window.get_by_role("heading", name="Your device is connected")).to_be_visible()
    assert television.whoami(television.client.tokens(**polled)["access_token"])["username"] == username


def test_an_old_app_that_can_only_do_implicit(admin, open_window, gateway, redirect_target, username, name):
    create_client(admin, "Implicit (legacy)", name, redirect_target.uri)
    app = App(made_client(admin, gateway, False), redirect_target.uri)
    window = open_window()
    window.goto(app.authorization_path(response_type="token"))
    sign_in(window, username)
    window.get_by_role("button", name="Allow").click()
    answer = app.answer(window)
    assert "#" in window.url
    assert app.whoami(answer["access_token"])["username"] == username


def test_the_secret_is_shown_once(admin, name):
    create_client(admin, "Machine", name)
    secret, client_id = shown_secret(admin), shown_client_id(admin)
    admin.reload()
    expect(admin).to_have_url(re.compile(f"/admin/clients/{client_id}$"))
    expect(admin.get_by_role("heading", level=1)).to_have_text(name)
    assert secret not in admin.content()


def test_the_secret_can_be_copied(admin, gateway_url, name):
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=gateway_url)
    create_client(admin, "Machine", name)
    admin.get_by_role("button", name="Copy client secret").click()
    expect(admin.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert admin.evaluate("navigator.clipboard.readText()") == shown_secret(admin)


def test_a_clients_page_has_lines_to_paste_with_its_own_id(admin, gateway_url, register):
    client_id = register().client.client_id
    admin.goto(f"/admin/clients/{client_id}")
    curl = admin.locator("#quickstart-curl")
    expect(curl).to_contain_text(client_id)
    expect(curl).to_contain_text(f"{gateway_url}/oauth/token")


@pytest.mark.parametrize(
    ("scopes", "says"),
    [("", '"active": true'), ("profile", '"client_name":'), ("notes:read notes:write", '"items":')],
)
def test_the_lines_of_a_new_machine_work_as_they_are(admin, name, scopes, says):
    create_client(admin, "Machine", name, scopes=scopes)
    pasted = subprocess.run(
        ["bash", "-c", admin.locator("#quickstart-curl").inner_text()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    token, _, answer = pasted.stdout.partition("\n")
    assert token.startswith("gat_") and says in answer


@pytest.mark.parametrize(("overlap", "works"), [("For one hour", True), ("It stops working at once", False)])
def test_a_rotated_secret(admin, gateway, register, overlap, works):
    before = register(token_endpoint_auth_method="client_secret_basic").client
    admin.goto(f"/admin/clients/{before.client_id}")
    admin.get_by_role("link", name="Rotate secret").click()
    admin.get_by_role("radio", name=overlap).check()
    admin.get_by_role("button", name="Make a new secret").click()
    after = OAuthClient(gateway, before.client_id, shown_secret(admin))
    assert after.request_token("client_credentials").status_code == 200
    assert before.request_token("client_credentials").status_code == (200 if works else 401)


def test_a_client_is_deleted_by_typing_its_name(admin, register):
    app = register(client_name="To be  deleted")
    app.client.tokens("client_credentials")
    admin.goto(f"/admin/clients/{app.client.client_id}")
    admin.get_by_role("link", name="Delete").click()
    expect(admin.get_by_text("1 access token and 0 refresh tokens stop working")).to_be_visible()
    button = admin.get_by_role("button", name="Delete client")
    expect(button).to_be_disabled()
    admin.get_by_label("to go on").fill("To be")
    expect(button).to_be_disabled()
    confirm(admin, "Delete client", typed="To be deleted")
    expect(admin.get_by_text("To be deleted is deleted.")).to_be_visible()
    assert app.client.request_token("client_credentials").status_code == 401


def test_a_client_is_switched_off_and_on(admin, register):
    app = register()
    admin.goto(f"/admin/clients/{app.client.client_id}")
    admin.get_by_role("link", name="Disable").click()
    confirm(admin, "Disable client")
    expect(admin.get_by_role("heading", level=1)).to_contain_text("disabled")
    assert app.client.request_token("client_credentials").status_code == 401
    admin.get_by_role("button", name="Enable").click()
    expect(admin.get_by_role("link", name="Disable")).to_be_visible()
    assert app.client.request_token("client_credentials").status_code == 200


def test_a_client_is_changed(admin, register, username):
    app = register(client_name="Before", scope="profile email")
    admin.goto(f"/admin/clients/{app.client.client_id}")
    admin.get_by_role("link", name="Edit").click()
    admin.get_by_role("textbox", name="Name").fill(f"After {username}")
    admin.get_by_role("checkbox", name="email").uncheck()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text(f"After {username}")
    assert app.client.tokens("client_credentials")["scope"] == "profile"


def test_redirect_uris_are_judged_while_they_are_typed(admin):
    admin.goto("/admin/clients/new/web")
    admin.get_by_label("Redirect URIs").fill("https://a.example/callback\nhttps://*.example/callback")
    verdicts = admin.locator(".checked-line")
    expect(verdicts).to_have_count(2)
    expect(verdicts.nth(0)).to_contain_text("is good")
    expect(verdicts.nth(1)).to_contain_text("wildcard")


def test_a_refused_form_says_which_field_and_keeps_what_was_typed(admin):
    admin.goto("/admin/clients/new/web")
    admin.get_by_role("textbox", name="Name").fill("Kept")
    admin.get_by_label("Redirect URIs").fill("https://a.example/#fragment")
    admin.get_by_role("button", name="Create").click()
    summary = admin.get_by_role("alert").filter(has_text="Please look at this again")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Redirect URIs").click()
    expect(admin.get_by_label("Redirect URIs")).to_be_focused()
    expect(admin.get_by_label("Redirect URIs")).to_have_value("https://a.example/#fragment")
    expect(admin.get_by_role("textbox", name="Name")).to_have_value("Kept")


@pytest.mark.parametrize("path", ["/admin/clients/new/machine", "/admin/users/new"])
def test_blanks_are_no_name(admin, path):
    admin.goto(path)
    admin.get_by_role("textbox").first.fill("   ")
    admin.get_by_role("button", name="Create").click()
    summary = admin.get_by_role("alert").filter(has_text="Please look at this again")
    summary.get_by_role("link", name=re.compile("[Nn]ame")).click()
    expect(admin.get_by_role("textbox").first).to_be_focused()


def test_the_list_is_searched_while_one_types_and_read_page_by_page(admin, register, username):
    for number in range(26):
        register(client_name=f"{username} {number:02}")
    admin.goto("/admin/clients")
    admin.get_by_role("searchbox").fill(f"{username} 1")
    rows = admin.locator("tbody tr")
    expect(rows).to_have_count(10)
    expect(admin).to_have_url(re.compile("search="))
    admin.get_by_role("searchbox").fill(username)
    expect(rows).to_have_count(25)
    admin.get_by_role("link", name="Next page").click()
    expect(rows).to_have_count(1)
    admin.get_by_role("link", name="First page").click()
    expect(rows).to_have_count(25)
    admin.get_by_role("searchbox").fill(f"{username} nothing")
    expect(admin.get_by_text("Nothing found")).to_be_visible()
