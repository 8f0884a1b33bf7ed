"""What every answer says about itself."""

import pytest

PAGES = ["/", "/login", "/signed-out", "/nothing", "/consent?request=x", "/oauth/authorize"]
#: Where apps send people.
LENT = ["/login", "/signed-out", "/consent?request=x", "/oauth/authorize"]
MACHINES = ["/health", "/oauth/jwks", "/.well-known/openid-configuration", "/oauth/nothing"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_run_nothing_foreign_and_are_in_no_frame(client, path):
    headers = client.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", PAGES + MACHINES)
def test_every_answer(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == ("unsafe-none" if path in LENT else "same-origin")
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers  # over plain http it says nothing


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_not_kept(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", MACHINES)
def test_machines_answers_load_nothing(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"


def test_pages_of_a_running_authorization_let_the_answer_reach_the_app(client, ask, sign_in, username):
    """Chromium holds the redirects after a form post against `form-action`."""
    login = ask()
    assert "form-action" not in client.get(login).headers["Content-Security-Policy"]
    sign_in(username, login)
    consent = login.replace("/login", "/consent")
    assert "form-action" not in client.get(consent).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get(consent).headers["Content-Security-Policy"]


def test_no_page_has_inline_script_or_style(client, ask, sign_in, username):
    login = ask()
    pages = [client.get(path).text for path in [*PAGES, login]]
    sign_in(username, login)
    pages += [client.get(path).text for path in ("/", login.replace("/login", "/consent"), "/oauth/logout")]
    for page in pages:
        assert "style=" not in page and "<style" not in page
        assert page.count("<script") == page.count("<script src=") == 1
        assert " on" + "click" not in page and "javascript:" not in page
