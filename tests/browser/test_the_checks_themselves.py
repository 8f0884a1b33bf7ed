"""What the other tests rely on: that a complaint of the browser and an ugly page are noticed."""

import pytest

from tests.browser.appearance import appearance_of
from tests.browser.faults import Faults

BROKEN = {
    "an inline script": (
        "console",
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
    ),
    "an inline style": ("console", "document.body.setAttribute('style', 'color: red')"),
    "a foreign picture": (
        "console",
        "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/'}))",
    ),
    "a missing file": (
        "console",
        "document.body.append(Object.assign(new Image(), {src: '/no-such-picture'}))",
    ),
    "an exception": ("weberror", "setTimeout(() => { throw new Error('broken') })"),
}


@pytest.mark.parametrize(("event", "script"), BROKEN.values(), ids=BROKEN)
def test_what_the_browser_complains_of_is_noticed(chromium, gateway_url, event, script):
    with chromium.new_context(base_url=gateway_url) as context:
        faults, page = Faults(context), context.new_page()
        page.goto("/login")
        page.goto("/no-such-page")  # its status is not a complaint
        assert faults.found == []
        with context.expect_event(event):
            page.evaluate(f"() => {{ {script} }}")
        assert faults.found


def test_a_page_that_never_comes_is_noticed(chromium):
    with chromium.new_context() as context:
        faults, page = Faults(context), context.new_page()
        page.set_content("<a href='http://127.0.0.1:9/'>away</a>")
        with context.expect_event("requestfailed"):
            page.get_by_role("link").click()
        assert faults.found == ["GET http://127.0.0.1:9/: net::ERR_UNSAFE_PORT"]


def test_a_page_that_is_too_wide_or_too_pale_is_noticed(window):
    window.goto("/login")
    before = appearance_of(window)
    assert (before.too_wide, before.pale, before.dark) == (0, [], False)
    window.evaluate("() => { document.querySelector('h1').style.color = '#bbb' }")
    window.evaluate("() => { document.querySelector('main').style.minWidth = '3000px' }")
    after = appearance_of(window)
    assert after.too_wide > 0
    assert [text.partition(" (")[0] for text in after.pale] == ["Sign in"]
    window.emulate_media(color_scheme="dark")
    assert appearance_of(window).dark
