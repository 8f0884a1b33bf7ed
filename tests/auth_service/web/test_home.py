"""The front door, and the demo on it."""

import subprocess

from auth_service import demo
from auth_service.web.home import _first_requests


def uses(client):
    """By client id, what the home page says that it may use."""
    rows = client.get("/").text.split("<tbody>")[1].split("<tr>")[1:]
    return {row.split("<code>")[1].split("<")[0]: row.split('"May use">')[1].split("<")[0] for row in rows}


def test_it_leads_on(client):
    page = client.get("/").text
    for target in ("/login", "/admin/", "/.well-known/openid-configuration"):
        assert f'href="{target}"' in page


def test_every_page_says_that_it_is_a_demo(client):
    for path in ("/", "/login", "/signed-out", "/nothing", "/consent?request=x"):
        assert "<strong>Demo.</strong>" in client.get(path).text


def test_it_lists_the_ready_made_clients(client):
    page = client.get("/").text
    for client_id in demo.CLIENTS:
        assert f"<code>{client_id}</code>" in page
        assert f"<code>{demo.secret_of(client_id)}</code>" in page or demo.secret_of(client_id) is None


def test_it_says_what_each_may_do_under_the_profile(client, make_app, make_settings):
    assert uses(client)["demo-web"] == "authorization code, refresh token, password"
    assert uses(client)["demo-implicit"] == "implicit"
    stricter = uses(make_app(make_settings(profile="oauth21")).test_client())
    assert stricter["demo-web"] == "authorization code, refresh token"
    assert stricter["demo-implicit"] == "nothing under oauth21"
    assert stricter["demo-api"] == "introspection"


def test_the_sign_in_page_gives_the_password(client):
    assert "<code>valid</code>" in client.get("/login").text


def test_the_first_lines_to_paste_get_a_token(client):
    """The shell takes the token out of the reply that the token endpoint really gives."""
    (_, get_token), (_, call_api) = _first_requests("http://127.0.0.1:5000")
    reply = client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", "scope": "profile"},
        auth=("demo-service", "demo-service-secret"),
    )
    extract = get_token.partition("| ")[2].removesuffix(")")
    found = subprocess.run(extract, shell=True, input=reply.text, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == reply.json["access_token"]
    assert call_api.endswith("/api/me")


def test_a_hostile_username_stays_text(client, sign_in):
    sign_in("<img src=x onerror=alert(1)>")
    page = client.get("/").text
    assert "<img" not in page and "&lt;img src=x" in page


def test_it_greets_who_is_signed_in_with_the_way_out(client, sign_in, username):
    sign_in(username)
    page = client.get("/").text
    assert username in page and 'action="/logout"' in page


def test_who_is_signed_in_finds_where_devices_are_connected(client, sign_in, username):
    assert 'href="/device"' not in client.get("/").text
    sign_in(username)
    assert 'href="/device"' in client.get("/").text
