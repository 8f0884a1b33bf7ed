"""Who is signed in to the admin pages, what they may see, and how they leave."""

import re

from playwright.sync_api import expect

from tests.browser.pages import create_client, open_admin, shown_client_id, sign_in

ADMINISTRATORS_PAGES = ("/admin/users", "/admin/tokens", "/admin/grants", "/admin/signing-keys")


def test_one_signs_out_of_both(window):
    open_admin(window, "/admin/", "admin")
    window.get_by_label("admin: account menu").click()
    window.get_by_role("button", name="Sign out").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("You are signed out")
    window.goto("/")
    expect(window.get_by_role("link", name="Sign in")).to_be_visible()
    window.goto("/admin/")
    expect(window.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_who_is_signed_in_already_comes_in_at_once(window):
    window.goto("/login")
    sign_in(window, "admin")
    window.get_by_role("link", name="Administration").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("Dashboard")


def test_people_without_the_role_see_only_their_own_apps(window, register, username):
    somebody_elses = register(client_name="Somebody else's").client.client_id
    open_admin(window, "/admin/clients", username)
    expect(window.get_by_role("heading", level=1)).to_have_text("My apps")
    expect(window.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_count(1)
    expect(window.locator("tbody tr")).to_have_count(0)
    create_client(window, "Machine", f"App of {username}")
    client_id = shown_client_id(window)
    window.goto("/admin/clients")
    expect(window.locator("tbody tr")).to_have_count(1)
    expect(window.locator("tbody tr")).to_contain_text(client_id)
    assert window.goto(f"/admin/clients/{somebody_elses}").status == 404
    for path in ADMINISTRATORS_PAGES:
        assert window.goto(path).status == 403
        expect(window.get_by_role("heading", level=1)).to_be_visible()


def test_they_cannot_give_their_apps_the_administrators_rights(window, username):
    open_admin(window, "/admin/clients/new/machine", username)
    expect(window.get_by_role("checkbox", name="profile")).to_be_visible()
    expect(window.get_by_role("checkbox", name=re.compile("admin:"))).to_have_count(0)


def test_the_theme_is_chosen_and_kept(admin):
    admin.goto("/admin/")
    for wanted in ("light", "dark"):
        with admin.expect_response(re.compile("/admin/theme$")):
            admin.get_by_role("button", name=re.compile("Theme: .* Change it")).click()
        expect(admin.locator("html")).to_have_attribute("data-bs-theme", wanted)
        admin.reload()
        expect(admin.locator("html")).to_have_attribute("data-bs-theme", wanted)


def test_the_dashboard_counts_and_leads_on(admin, gateway_url):
    admin.goto("/admin/")
    tiles = admin.locator(".tile")
    expect(tiles).to_have_count(6)
    expect(tiles.filter(has_text="Clients")).to_have_text(re.compile(r"Clients\s*[1-9]"))
    expect(admin.get_by_text(f"{gateway_url}/.well-known/openid-configuration")).to_be_visible()
    tiles.filter(has_text="Users").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Users")
