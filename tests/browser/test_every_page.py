"""Every page on a phone and a desktop, dark and light: it fits, can be read, and the browser has no complaint."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.appearance import appearance_of
from tests.browser.pages import create_client, sign_in

# Widths and themes do not depend on each other: two looks show all four.
LOOKS = {
    "phone, dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    "desktop, light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
}
LONG = "awordthatislongerthananylineofatelephoneandhasnowheretobreak"
STRANGERS_PAGES = (
    "/",
    "/login",
    "/signed-out",
    "/consent?request=gone",
    "/no-such-page",
    "/admin/callback?state=x",
)
ADMIN_PAGES = (
    "/admin/",
    "/admin/?state=signed-out",
    "/admin/no-such-page",
    "/admin/clients",
    "/admin/clients?search=nobody-has-this-name",
    "/admin/clients/new",
    *(f"/admin/clients/new/{kind}" for kind in ("web", "spa", "native", "device", "machine", "implicit")),
    "/admin/clients/{client}",
    "/admin/clients/{client}/edit",
    "/admin/clients/{client}/secret",
    "/admin/clients/{client}/disable",
    "/admin/clients/{client}/delete",
    "/admin/users",
    "/admin/users/new",
    "/admin/users/{user}",
    "/admin/users/{user}/edit",
    "/admin/users/{user}/password",
    "/admin/users/{user}/disable",
    "/admin/users/{user}/delete",
    "/admin/tokens",
    "/admin/tokens?client_id={client}",
    "/admin/tokens/{token}/revoke",
    "/admin/tokens/revoke-all?sub={user}",
    "/admin/grants",
    "/admin/grants/revoke-all?client_id={client}",
    "/admin/signing-keys",
    "/admin/signing-keys/rotate",
    "/admin/signing-keys/{kid}/revoke",
    "/admin/registration",
    "/admin/registration/tokens/new",
    "/admin/registration/tokens/{initial}/delete",
    "/admin/logout-deliveries",
)


@pytest.fixture(params=LOOKS.values(), ids=LOOKS)
def look(request) -> dict:
    return request.param


@pytest.fixture
def world(admin_api, register, username) -> dict[str, str]:
    """A client, a user and a token with long names, for the addresses of the admin pages."""
    app = register(client_name=LONG, redirect_uris=[f"https://{LONG}.example.com/{LONG}?with=a&query"])
    user = admin_api.create_user(
        username=f"{username}-{LONG}"[:64], name=LONG, email=f"{username}@example.com"
    )
    app.client.tokens_by_password(user["username"], "profile email notes:read notes:write")
    token = admin_api.read("/tokens", client_id=app.client.client_id)["items"][0]
    made = admin_api.call("POST", "/initial-access-tokens", json={"name": LONG}).json()
    kid = admin_api.read("/signing-keys")["items"][0]["kid"]
    return {
        "initial": made["id"],
        "kid": kid,
        "client": app.client.client_id,
        "user": user["sub"],
        "token": token["id"],
    }


def check(page: Page, scheme: str, faults: list[str]) -> None:
    """Note what is too wide or too pale on the page, and whether the page follows the theme."""
    seen = appearance_of(page)
    if seen.too_wide:
        faults.append(f"{page.url} is {seen.too_wide} pixels too wide")
    if seen.dark != (scheme == "dark"):
        faults.append(f"{page.url} does not follow the theme {scheme}")
    faults.extend(f"{page.url} is hard to read: {text}" for text in seen.pale)


def test_pages_of_the_authorization_server(open_window, register, look, username):
    page, faults = open_window(**look), []
    app = register(client_name=LONG, policy_uri="https://app.example.com/privacy")
    for path in STRANGERS_PAGES:
        page.goto(path)
        check(page, look["color_scheme"], faults)
    page.goto(app.authorization_path(redirect_uri=f"https://{LONG}.example.com/callback"))
    check(page, look["color_scheme"], faults)
    page.goto(app.authorization_path(scope="openid profile email notes:read notes:write"))
    check(page, look["color_scheme"], faults)
    for password, leads_to in (
        ("wrong", page.get_by_role("alert")),
        ("valid", page.get_by_text("Allow access?")),
    ):
        sign_in(page, f"{username}-{LONG}"[:64], password)
        expect(leads_to).to_be_visible()
        check(page, look["color_scheme"], faults)
    for path in ("/", "/oauth/logout"):
        page.goto(path)
        check(page, look["color_scheme"], faults)
    assert not faults, "\n" + "\n".join(faults)


def test_admin_pages(open_window, admin_cookies, world, look, username):
    page, faults = open_window(storage_state=admin_cookies, **look), []
    for path in ADMIN_PAGES:
        page.goto(path.format(**world))
        check(page, look["color_scheme"], faults)
    page.goto("/admin/clients/new/web")
    page.locator("details").evaluate_all("all => all.forEach((fold) => { fold.open = true; })")
    check(page, look["color_scheme"], faults)
    page.get_by_label("Redirect URIs").fill(f"http://{LONG}.example.com/{LONG}\nhttps://{LONG}.example.com/")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("Please look at this again")).to_be_visible()
    check(page, look["color_scheme"], faults)
    page.goto(f"/admin/clients/{world['client']}/edit")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()
    check(page, look["color_scheme"], faults)
    create_client(page, "Machine", username)
    check(page, look["color_scheme"], faults)
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_hovered_buttons_can_be_read(open_window, admin_cookies, world, scheme):
    page, faults = open_window(storage_state=admin_cookies, color_scheme=scheme, reduced_motion="reduce"), []
    for path in ("/admin/clients/{client}", "/admin/users/{user}/delete", "/admin/tokens?client_id={client}"):
        page.goto(path.format(**world))
        for button in page.locator(".btn:not(:disabled):visible").all():
            button.hover()
            check(page, scheme, faults)
    assert not faults, "\n" + "\n".join(sorted(set(faults)))


def test_the_consent_page_scrolls_to_its_buttons_on_a_phone(open_window, register, username):
    page = open_window(viewport={"width": 390, "height": 420}, has_touch=True, is_mobile=True)
    app = register()
    page.goto(app.authorization_path(scope="openid profile email notes:read notes:write"))
    sign_in(page, username)
    allow = page.get_by_role("button", name="Allow")
    expect(allow).not_to_be_in_viewport()
    page.mouse.wheel(0, 5000)
    expect(allow).to_be_in_viewport(ratio=1)
    allow.tap()
    assert "code" in app.answer(page)
