"""Clients: the list, the wizard, the secret shown once, changes, deletion."""

import json
import re

import pytest
import requests

from admin_ui.web.client_types import DEVICE_CODE
from tests.admin_ui.browser import Browser

NAME = """<script>alert("1")</script> & 'co' {{ 7*7 }}"""


def create(browser: Browser, kind: str = "web", **fields):
    """Fill in the wizard's form."""
    values = {"client_name": "My shop"}
    if kind in ("web", "spa", "implicit"):
        values["redirect_uris"] = "https://shop.example/cb"
    return browser.submit(browser.open(f"/admin/clients/new/{kind}"), **(values | fields))


def id_in(page) -> str:
    """The new client's id, from the page that shows it."""
    return page.text.split('id="client-id">')[1].split("<")[0]


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("web", {}, ("client_secret_basic", ["authorization_code", "refresh_token"], ["code"], "web")),
        ("spa", {}, ("none", ["authorization_code", "refresh_token"], ["code"], "web")),
        (
            "native",
            {"redirect_uris": "com.example.shop:/cb\nhttp://127.0.0.1/cb"},
            ("none", ["authorization_code", "refresh_token"], ["code"], "native"),
        ),
        ("device", {}, ("none", [DEVICE_CODE, "refresh_token"], [], "web")),
        ("machine", {}, ("client_secret_basic", ["client_credentials"], [], "web")),
        ("implicit", {}, ("none", ["implicit"], ["token"], "web")),
    ],
)
@pytest.mark.rfc("7591 §2")
def test_each_kind_is_registered_with_what_makes_it_safe(admin, auth_service, kind, fields, expected):
    page = create(admin, kind, **fields)

    assert page.status == 201
    client = auth_service.api("GET", f"clients/{id_in(page)}")
    names = ("token_endpoint_auth_method", "grant_types", "response_types", "application_type")
    assert tuple(client[name] for name in names) == expected
    assert ('id="client-secret"' in page.text) == (expected[0] != "none")
    assert ("PKCE protects its sign-in" in page.text) == (kind in ("spa", "native"))


def test_each_kind_shows_only_the_fields_that_matter(admin):
    shown = {
        kind: admin.open(f"/admin/clients/new/{kind}").form().fields
        for kind in ("web", "machine", "implicit")
    }

    assert {"redirect_uris", "post_logout_redirect_uris"} <= set(shown["web"])
    assert not {"redirect_uris", "post_logout_redirect_uris", "client_uri"} & set(shown["machine"])
    assert "post_logout_redirect_uris" not in shown["implicit"]
    assert admin.open("/admin/clients/new/banana").status == 404


def test_the_secret_is_shown_once_and_is_nowhere_else(ui, admin, capsys):
    page = create(admin, "machine", scope=["profile"])
    secret = page.text.split('id="client-secret">')[1].split("<")[0]
    assert secret.startswith("gcs_")

    again = admin.open(f"/admin/clients/{id_in(page)}")

    assert page.headers["Cache-Control"] == "no-store"
    assert secret not in again.text
    assert not any(secret in address for address in page.visited + again.visited)
    assert secret not in json.dumps(ui.session_interface._sealer.unseal(admin.session_cookie.value))
    assert secret not in capsys.readouterr().out


def test_the_secret_works(admin, auth_service):
    page = create(admin, "machine", scope=["profile"])
    secret = page.text.split('id="client-secret">')[1].split("<")[0]

    answer = requests.post(
        f"{auth_service.issuer}/oauth/token",
        auth=(id_in(page), secret),
        data={"grant_type": "client_credentials"},
        timeout=10,
    )

    assert answer.status_code == 200


def test_faults_name_the_line_and_keep_what_was_typed(admin):
    uris = "https://shop.example/cb\nhttp://shop.example/cb\nhttps://*.example/"

    page = create(admin, client_name="", redirect_uris=uris, contacts="ops@shop.example", scope=["email"])

    assert page.status == 422
    assert "Lines 2, 3 cannot be registered." in page.text
    assert "is plain http" in page.text and "has a wildcard" in page.text
    assert "Give it a name." in page.text
    fields = page.form().fields
    assert fields["redirect_uris"][0].strip() == uris
    assert fields["contacts"][0].strip() == "ops@shop.example"
    assert fields["scope"] == ["email"]
    assert 'aria-invalid="true"' in page.text and 'aria-describedby="client_name-error' in page.text


def test_the_admin_apis_own_faults_stand_beside_their_fields(admin):
    page = create(admin, client_name="x\u202ey", contacts="a@b.example\n" * 11)

    assert page.status == 422
    assert "control or invisible characters" in page.text
    assert page.form().fields["redirect_uris"][0].strip() == "https://shop.example/cb"


def test_names_are_shown_and_never_run(admin, new_client):
    client = new_client(client_name=NAME)

    for address in (f"/admin/clients/{client['client_id']}", "/admin/clients?search=%3Cscript"):
        page = admin.open(address)
        assert "&lt;script&gt;alert(&#34;1&#34;)" in page.text
        assert "<script>alert" not in page.text
    for action in ("edit", "secret", "disable", "delete"):
        assert "<script>alert" not in admin.open(f"/admin/clients/{client['client_id']}/{action}").text


def scopes_on(page) -> set[str]:
    """The scopes that the form offers."""
    return set(re.findall(r'name="scope" value="([^"]+)"', page.text))


def test_a_client_that_nobody_signs_in_to_is_offered_no_scope_about_people(admin, new_client):
    offered = scopes_on(admin.open("/admin/clients/new/machine"))
    assert {"profile", "notes:read", "admin:read"} <= offered
    assert not offered & {"openid", "email", "address", "phone", "offline_access"}
    assert "openid" in scopes_on(admin.open("/admin/clients/new/web"))

    had_it = new_client(scope="email notes:read", grant_types=["client_credentials"])
    assert "email" in scopes_on(admin.open(f"/admin/clients/{had_it['client_id']}/edit"))


def test_a_new_client_heads_the_list(admin, new_client):
    client = new_client()

    assert id_in_first_row(admin.open("/admin/clients")) == client["client_id"]


def id_in_first_row(page) -> str:
    """The client id in the list's first row."""
    return re.search(r'data-label="Client id"><code[^>]*>([^<]+)<', page.text)[1]


def test_search_and_paging_stay_in_the_address(admin, new_client):
    for number in range(27):
        new_client(client_name=f"Paged {number:02}")

    first = admin.open("/admin/clients?search=paged")
    assert first.text.count('class="row-link') == 25
    following = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert following.startswith("/admin/clients?search=paged&after=")
    second = admin.open(following)

    assert second.text.count('class="row-link') == 2
    assert 'href="/admin/clients?search=paged"' in second.text  # back to the first page
    assert "Nothing found" in admin.open("/admin/clients?search=no-such-client").text


def test_only_what_changed_is_sent(admin, auth_service, new_client):
    client = new_client(
        grant_types=["authorization_code", "password"], redirect_uris=["https://a.example/cb"]
    )
    address = f"/admin/clients/{client['client_id']}"

    page = admin.submit(admin.open(f"{address}/edit"), client_name="Renamed", scope=["email"])

    assert page.path == address and "The changes are saved." in page.text
    after = auth_service.api("GET", f"clients/{client['client_id']}")
    assert after["client_name"] == "Renamed" and after["scope"] == "email"
    assert after["grant_types"] == ["authorization_code", "password"]
    assert "Nothing was changed." in admin.submit(admin.open(f"{address}/edit")).text


def test_fields_can_be_cleared(admin, auth_service, new_client):
    client = new_client(
        grant_types=["authorization_code"],
        redirect_uris=["https://a.example/cb"],
        client_uri="https://a.example/",
        contacts=["a@a.example"],
        scope="profile",
    )
    admin.submit(
        admin.open(f"/admin/clients/{client['client_id']}/edit"), client_uri="", contacts="", scope=[]
    )

    after = auth_service.api("GET", f"clients/{client['client_id']}")
    assert (after["client_uri"], after["contacts"], after["scope"]) == (None, [], "")


@pytest.mark.parametrize(("overlap", "words"), [("0", "does not work any more"), ("3600", "stops working")])
def test_rotation_keeps_the_previous_secret_as_long_as_chosen(
    admin, auth_service, new_client, overlap, words
):
    client = new_client()

    page = admin.submit(admin.open(f"/admin/clients/{client['client_id']}/secret"), keep_previous_for=overlap)

    assert words in page.text
    assert 'id="client-secret">gcs_' in page.text
    secrets = auth_service.api("GET", f"clients/{client['client_id']}")["secrets"]
    assert len(secrets) == (1 if overlap == "0" else 2)


def test_another_overlap_than_those_offered_is_refused(admin, new_client):
    client = new_client()

    page = admin.submit(admin.open(f"/admin/clients/{client['client_id']}/secret"), keep_previous_for="99")

    assert page.status == 422 and "gcs_" not in page.text


def test_whoever_rotates_the_secret_of_these_pages_is_told_what_follows(admin):
    text = admin.open("/admin/clients/gatehouse-admin-ui/secret").text

    assert "nobody can come in here once the previous one has stopped working" in text
    assert "<code>gatehouse migrate</code>" in text
    assert "come in here" not in admin.open("/admin/clients/demo-web/secret").text


def test_a_public_client_has_no_secret_to_rotate(admin):
    assert "/secret" not in admin.open("/admin/clients/demo-spa").text
    page = admin.submit(admin.open("/admin/clients/demo-spa/secret"))
    assert page.status == 422 and "This client has no secret" in page.text


def test_deletion_names_what_stops_and_wants_the_name(admin, auth_service, new_client):
    client = new_client(grant_types=["password", "refresh_token"])
    for _ in range(2):
        requests.post(
            f"{auth_service.issuer}/oauth/token",
            auth=(client["client_id"], client["client_secret"]),
            data={"grant_type": "password", "username": "ada", "password": "valid", "scope": "profile"},
            timeout=10,
        )
    address = f"/admin/clients/{client['client_id']}/delete"

    asked = admin.open(address)
    assert "2 access tokens and 2 refresh tokens stop working" in asked.text
    refused = admin.submit(asked, typed="another")
    assert refused.status == 422 and "Nothing was done." in refused.text
    assert auth_service.api("GET", f"clients/{client['client_id']}")

    page = admin.submit(refused, typed=client["client_name"])
    assert "is deleted." in page.text
    auth_service.api("GET", f"clients/{client['client_id']}", status=404)


def test_the_name_to_type_is_the_one_that_is_seen(admin, auth_service, new_client):
    client = new_client(client_name="Two  blanks, a\u200cjoiner")
    asked = admin.open(f"/admin/clients/{client['client_id']}/delete")

    assert "is deleted." in admin.submit(asked, typed="Two blanks, ajoiner").text
    auth_service.api("GET", f"clients/{client['client_id']}", status=404)


def test_the_longest_name_that_can_be_registered_can_be_kept(admin, auth_service, new_client):
    client = new_client(client_name="n" * 128)
    page = admin.submit(admin.open(f"/admin/clients/{client['client_id']}/edit"), contacts="me@example.com")

    assert "The changes are saved." in page.text
    kept = auth_service.api("GET", f"clients/{client['client_id']}")
    assert (kept["client_name"], kept["contacts"]) == ("n" * 128, ["me@example.com"])


def test_disabling_and_enabling(admin, auth_service, new_client):
    client = new_client()
    address = f"/admin/clients/{client['client_id']}"

    page = admin.submit(admin.open(f"{address}/disable"))
    assert "is disabled." in page.text
    assert auth_service.api("GET", f"clients/{client['client_id']}")["disabled_at"]
    admin.submit(page, action=f"{address}/enable")
    assert not auth_service.api("GET", f"clients/{client['client_id']}")["disabled_at"]


@pytest.mark.parametrize("client_id", ["no-such", "..", ".", "%2e%2e", "a%2Fb", "%00", "é", "x" * 3000])
def test_ids_that_do_not_exist(admin, client_id):
    assert admin.open(f"/admin/clients/{client_id}").status in (200, 302, 308, 404)
    assert admin.open(f"/admin/clients/{client_id}/delete").status == 404
