"""Everything can be done without a mouse."""

from playwright.sync_api import Page, expect


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on the control of that name; it must show that it has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate(NAME_OF).strip() == name:
            assert focused.evaluate(SHOWS_FOCUS), f"nothing shows that {name} has the focus"
            return
    raise AssertionError(f"Tab does not reach {name}")


NAME_OF = "(it) => it.getAttribute('aria-label') || it.labels?.[0]?.textContent || it.textContent"
IS_ON_THE_PAGE = "document.activeElement.closest('#main') !== null"
HIDDEN_BY_NAVIGATION = """
() => {
  const focused = document.activeElement;
  const bar = document.querySelector('.places').getBoundingClientRect();
  const hidden = focused.closest('.card') && focused.getBoundingClientRect().top < bar.bottom;
  return hidden ? [focused.name || focused.textContent] : [];
}
"""
SHOWS_FOCUS = """
(it) => { const style = getComputedStyle(it); return style.outlineStyle !== 'none' || style.boxShadow !== 'none' }
"""


def test_sign_in_and_consent(window, register, username):
    app = register()
    window.goto(app.authorization_path())
    expect(window.get_by_label("Username")).to_be_focused()
    window.keyboard.type(username)
    tab_to(window, "Password")
    window.keyboard.type("valid")
    window.keyboard.press("Enter")
    expect(window.get_by_role("heading", level=1)).to_have_text("Allow access?")
    tab_to(window, "Not you?")
    tab_to(window, "Deny")
    tab_to(window, "Allow")
    window.keyboard.press("Enter")
    assert app.whoami(app.redeem(app.answer(window)["code"]))["username"] == username


def test_the_admin_pages(admin, register):
    app = register(client_name="By keyboard")
    admin.goto("/admin/")
    tab_to(admin, "Skip to the page")
    tab_to(admin, "Clients")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", level=1)).to_have_text("Clients")
    tab_to(admin, "Name or id begins with…")
    admin.keyboard.type(app.client.client_id)
    expect(admin.locator("tbody tr")).to_have_count(1)
    tab_to(admin, "By keyboard")
    admin.keyboard.press("Enter")
    tab_to(admin, "Delete")
    admin.keyboard.press("Enter")
    expect(admin.get_by_label("to go on")).to_be_focused()
    admin.keyboard.type("By keyboard")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("By keyboard is deleted.")).to_be_visible()


def test_the_navigation_hides_nothing_that_has_the_focus(open_window, admin_cookies, register):
    look = {"viewport": {"width": 1280, "height": 500}, "reduced_motion": "reduce"}
    page = open_window(storage_state=admin_cookies, **look)
    page.goto(f"/admin/clients/{register().client.client_id}/edit")
    page.locator("details.more").evaluate_all("all => all.forEach((fold) => { fold.open = true; })")
    page.get_by_role("button", name="Save").focus()
    assert page.evaluate("scrollY") > 1000, "the way back is long"
    hidden = []
    while page.evaluate(IS_ON_THE_PAGE):
        page.keyboard.press("Shift+Tab")
        hidden += page.evaluate(HIDDEN_BY_NAVIGATION)
    assert not hidden


def test_the_account_menu_opens_and_closes(admin):
    admin.goto("/admin/")
    tab_to(admin, "admin: account menu")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("button", name="Sign out")).to_be_visible()
    admin.keyboard.press("Escape")
    expect(admin.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(admin.get_by_label("admin: account menu")).to_be_focused()
