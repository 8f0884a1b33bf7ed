"""What people do on the pages, step by step."""

import re

from playwright.sync_api import Page, expect

PASSWORD = "valid"  # everybody's in the demo


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in form that the page shows."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_admin(page: Page, path: str, username: str) -> None:
    """Open an admin page and sign in where it asks for that."""
    page.goto(path)
    sign_in(page, username)
    page.wait_for_url(re.compile(r"/admin/"))


def create_client(page: Page, kind: str, name: str, redirect_uris: str = "", scopes: str = "") -> None:
    """Choose the kind of client and fill in its form; scopes are added to the kind's own."""
    page.goto("/admin/clients")
    page.get_by_role("link", name=re.compile("New (client|app)")).click()
    page.get_by_role("link", name=kind).click()
    page.get_by_role("textbox", name="Name").fill(name)
    if redirect_uris:
        page.get_by_label("Redirect URIs").fill(redirect_uris)
    for scope in scopes.split():
        page.get_by_role("checkbox", name=scope).check()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} is created")


def shown_client_id(page: Page) -> str:
    """The client id on a client's page, or on the page after its creation."""
    return page.locator("#client-id").inner_text()


def shown_secret(page: Page) -> str:
    """The secret on the only page that shows it."""
    return page.locator("#client-secret").inner_text()


def confirm(page: Page, button: str, typed: str = "") -> None:
    """Go on at a page that asks whether one is sure."""
    if typed:
        page.get_by_label("to go on").fill(typed)
    page.get_by_role("button", name=button).click()
