"""What holds for every page: the policy and pages that obey it, titles, headings, labels, caches."""

import re
import shlex
from html import unescape
from urllib.parse import parse_qsl

import pytest
import requests

PAGES = [
    "/admin/",
    "/admin/clients",
    "/admin/clients/new",
    "/admin/clients/new/web",
    "/admin/clients/new/machine",
    "/admin/clients/demo-web",
    "/admin/clients/demo-web/edit",
    "/admin/clients/demo-web/secret",
    "/admin/clients/demo-web/delete",
    "/admin/clients/gatehouse-admin-ui/delete",
    "/admin/users",
    "/admin/users/new",
    "/admin/tokens",
    "/admin/tokens?client_id=demo-web",
    "/admin/grants",
    "/admin/signing-keys",
    "/admin/signing-keys/rotate",
    "/admin/registration",
    "/admin/registration/tokens/new",
    "/admin/logout-deliveries",
    "/admin/logout-deliveries?status=failed",
    "/admin/banana",
]


@pytest.mark.parametrize("address", PAGES)
def test_pages_obey_the_policy_and_can_be_heard(admin, address):
    page = admin.open(address)

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", page.text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)', page.text)
    assert len(re.findall("<h1[ >]", page.text)) == 1
    assert re.search(r"<title>[^<]+ · Gatehouse</title>", page.text)
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    labels = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', page.text))
    for attributes in re.findall(
        r'<(?:input|textarea|select)([^>]*class="form-(?:control|select)[^>]*)>', page.text
    ):
        name = re.search(r'\sid="([^"]+)"', attributes)
        assert "aria-label" in attributes or (name and name[1] in labels), attributes


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/admin/clients?owner=nobody", "This person owns no client."),
        ("/admin/clients?search=zzzz", "No client's name or id begins with that."),
        (f"/admin/clients?search={'z' * 300}", "No client's name or id begins with that."),
        ("/admin/users?search=zzzz", "No username or email address begins with that."),
        ("/admin/clients?after=!", "after is not a cursor of this API"),
        ("/admin/tokens?kind=banana", "kind must be"),
    ],
)
def test_a_list_with_nothing_to_show_says_why(admin, address, words):
    page = unescape(admin.open(address).text)

    assert words in page
    assert "Some fields are not as they must be" not in page


def test_the_endpoint_panel_has_every_address_of_the_discovery_document(admin, auth_service):
    text = admin.open("/admin/").text
    metadata = requests.get(f"{auth_service.issuer}/.well-known/openid-configuration", timeout=10).json()

    addresses = {value for name, value in metadata.items() if name.endswith(("_endpoint", "_uri", "issuer"))}
    assert len(addresses) >= 10
    for address in (*addresses, f"{auth_service.issuer}/.well-known/openid-configuration"):
        assert f">{address}</code>" in text


def test_counts_lead_to_what_they_count(admin):
    text = admin.open("/admin/").text

    for address in ("/admin/clients", "/admin/users", "/admin/grants", "/admin/tokens?kind=access"):
        assert f'<a href="{address}" class="card tile' in text


def test_the_same_act_by_the_admin_api(admin, auth_service):
    text = admin.open("/admin/clients/demo-web/delete").text

    assert f"curl -X DELETE -H &#34;Authorization: Bearer $TOKEN&#34; {auth_service.issuer}" in text


def test_the_theme_is_kept_without_javascript(admin):
    page = admin.submit(admin.open("/admin/users?search=a"), action="/admin/theme", theme="dark")

    assert page.url.endswith("/admin/users?search=a")
    assert 'data-bs-theme="dark"' in page.text
    assert 'data-bs-theme="dark"' not in admin.submit(page, action="/admin/theme", theme="auto").text
    assert 'data-theme-choice="auto"' in admin.submit(page, action="/admin/theme", theme="<x>").text


def test_static_files_are_kept_for_as_long_as_they_are_the_same(admin):
    address = re.search(r'href="(/admin/static/admin\.css\?v=\w+)"', admin.open("/admin/").text)[1]

    assert admin.open(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert admin.open("/admin/static/admin.css").headers["Cache-Control"] == "public, max-age=300"
    assert admin.open("/admin/static/../app.py").status == 404


def test_the_session_is_not_sent_along_with_static_files(admin, clock):
    clock.ahead = 120

    assert "Set-Cookie" not in admin.open("/admin/static/admin.css").headers


@pytest.mark.parametrize("demo", [True, False])
def test_each_page_says_when_it_is_a_demo(make_ui, demo):
    page = make_ui(demo=demo).test_client().get("/admin/signed-out").text
    assert ("Anyone can sign in as anyone here" in page) is demo


@pytest.mark.parametrize(
    ("address", "trail"),
    [
        ("/admin/clients/demo-web/delete", ["Clients", "Demo web app"]),
        ("/admin/tokens/{token}/revoke", ["Tokens"]),
        ("/admin/signing-keys/rotate", ["Signing keys"]),
    ],
)
def test_a_question_says_where_it_stands(admin, auth_service, address, trail):
    token = auth_service.api("GET", "tokens?limit=1")["items"][0]["id"]
    text = admin.open(address.format(token=token)).text

    assert re.findall(r'class="breadcrumb-item"><a href="[^"]+">([^<]+)</a>', text) == trail


@pytest.mark.parametrize(
    ("path", "choice"),
    [
        ("clients", "search=it%27s+%24%28id%29"),
        ("users", "search=ada"),
        ("tokens", "kind=access&client_id=demo-web"),
        ("grants", "sub=nobody"),
        ("logout-deliveries", "status=failed"),
    ],
)
def test_the_line_for_the_admin_api_asks_for_what_the_page_shows(admin, auth_service, path, choice):
    page = unescape(admin.open(f"/admin/{path}?{choice}").text)
    words = shlex.split(page.split('id="equivalent-curl"')[1].split(">", 1)[1].split("</pre>")[0])

    address, _, asked = words[-1].partition("?")
    assert address == f"{auth_service.issuer}/admin-api/v1/{path}"
    assert sorted(parse_qsl(asked)) == sorted(parse_qsl(choice))
    auth_service.api("GET", f"{path}?{asked}")


@pytest.mark.parametrize("choice", ["tokens?client_id=x", "grants?sub=x", "logout-deliveries?client_id=x"])
def test_a_list_in_which_nothing_is_left_by_its_filters_says_so(admin, choice):
    page = admin.open(f"/admin/{choice}")

    assert "None match what is chosen above." in page.text and "Show all" in page.text
    assert "appear" not in page.text


@pytest.mark.parametrize("path", ["/admin/clients", "/admin/users"])
def test_nothing_is_too_long_to_search_for(admin, path):
    page = admin.open(f"{path}?search={'x' * 300}")

    assert page.status == 200
    assert "begins with that" in page.text


@pytest.mark.parametrize(
    ("path", "label", "middle"),
    [
        ("clients", "Name or id begins with…", "Single-page"),
        ("users", "Username or email begins with…", "dmin"),
    ],
)
def test_a_search_says_that_it_looks_at_beginnings(admin, path, label, middle):
    page = admin.open(f"/admin/{path}?search={middle}")

    assert f'placeholder="{label}" aria-label="{label}"' in page.text
    assert "begins with that" in page.text, "what is looked for stands in the middle of a name"
