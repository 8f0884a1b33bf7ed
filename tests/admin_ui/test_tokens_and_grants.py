"""Tokens, grants and signing keys: what there is, and taking it back."""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from html import unescape
from urllib.parse import quote

import pytest
import requests

from tests.admin_ui.browser import Browser


@pytest.fixture
def ada(auth_service) -> dict:
    """Somebody with tokens of demo-web."""
    tokens = auth_service.password_token("ada")
    return {**tokens, "sub": auth_service.api("GET", "users?search=ada")["items"][0]["sub"]}


@pytest.fixture
def grant(auth_service, new_client) -> dict:
    """What somebody allowed an app on the consent page."""
    client = new_client(grant_types=["authorization_code"], redirect_uris=["https://a.example/cb"])
    http = requests.Session()
    page = http.get(
        f"{auth_service.issuer}/oauth/authorize",
        params={"response_type": "code", "client_id": client["client_id"], "scope": "profile"},
        timeout=10,
    )
    for values in ({"username": "grace", "password": "valid"}, {"decision": "allow"}):
        token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        page = http.post(
            page.url, data={**values, "csrf_token": token}, timeout=10, allow_redirects="username" in values
        )
    http.close()
    return auth_service.api("GET", f"grants?client_id={client['client_id']}")["items"][0]


def revoke_address(page) -> str:
    """The first link on the page that revokes one token."""
    return re.search(r'href="(/admin/tokens/[^"/]+/revoke\?[^"]+)"', page.text)[1].replace("&amp;", "&")


def test_the_list_is_filtered_by_kind_client_and_user(admin, auth_service, ada):
    page = admin.open(f"/admin/tokens?sub={ada['sub']}&kind=refresh")

    assert ">refresh</span>" in page.text and ">access</span>" not in page.text
    assert "Demo web app" in page.text and ">ada</a>" in page.text
    assert "No valid tokens" in admin.open("/admin/tokens?client_id=demo-spa").text
    assert admin.open("/admin/tokens?kind=banana").status == 400
    for secret in (ada["access_token"], ada["refresh_token"]):
        assert secret not in page.text


def test_the_newest_stand_first_and_say_when_they_were_issued(admin, auth_service, ada):
    for _ in range(3):
        newest = auth_service.password_token("ada")
    token = auth_service.api("GET", f"tokens?sub={ada['sub']}&kind=access&limit=1")["items"][0]
    assert token["id"] == urlsafe_b64encode(sha256(newest["access_token"].encode()).digest()).decode()[:43]

    for page in (f"users/{ada['sub']}", "clients/demo-web", "tokens", f"tokens?sub={ada['sub']}"):
        shown = admin.open(f"/admin/{page}").text
        row = next(row for row in shown.split("<tr>") if f"SHA-256 of the token: {token['id']}" in row)
        assert (
            f'data-label="Issued" class="text-secondary text-nowrap"><time datetime="{token["issued_at"][:19]}'
            in row
        )


def test_one_is_revoked_after_a_confirmation(admin, auth_service, ada):
    page = admin.open(f"/admin/tokens?sub={ada['sub']}&kind=access")
    ids = {token["id"] for token in auth_service.api("GET", f"tokens?sub={ada['sub']}&kind=access")["items"]}

    asked = admin.open(revoke_address(page))
    assert asked.status == 200
    after = admin.submit(asked)

    assert "The token is revoked." in after.text
    assert after.url.endswith(f"/admin/tokens?sub={ada['sub']}&kind=access")
    left = {token["id"] for token in auth_service.api("GET", f"tokens?sub={ada['sub']}&kind=access")["items"]}
    assert len(ids - left) == 1


@pytest.mark.parametrize(
    ("kind", "consequence"),
    [("access", "it may get another"), ("refresh", "access tokens that came from the same sign-in stop")],
)
def test_the_confirmation_says_whose_token_it_is_and_what_stops(admin, auth_service, ada, kind, consequence):
    token = auth_service.api("GET", f"tokens?sub={ada['sub']}&kind={kind}")["items"][0]["id"]
    page = admin.open(f"/admin/tokens/{token}/revoke").text

    assert f"Revoke this {kind} token?" in page
    assert "Demo web app has it for ada." in page
    assert consequence in page


def test_what_is_gone_is_not_asked_about(admin):
    for path in ("tokens/x/revoke", "grants/x/revoke", "registration/tokens/x/delete"):
        assert admin.open(f"/admin/{path}").status == 404


def test_all_of_a_user_are_revoked(admin, auth_service, ada):
    page = admin.submit(admin.open(f"/admin/tokens/revoke-all?sub={ada['sub']}"))

    assert "tokens of ada revoked." in page.text
    assert page.path == f"/admin/users/{ada['sub']}"
    assert not auth_service.is_active(ada["access_token"])


def test_whoever_takes_all_back_from_a_list_returns_to_it(admin, auth_service, ada, grant):
    chosen = {"tokens": f"sub={ada['sub']}", "grants": f"client_id={grant['client_id']}"}
    for path, choice in chosen.items():
        address = f"/admin/{path}?{choice}"
        link = re.search(rf'href="(/admin/{path}/revoke-all[^"]+)"', admin.open(address).text)[1]
        asked = admin.open(unescape(link))
        assert f'<a href="{address}">{path.title()}</a>' in asked.text

        page = admin.submit(asked)

        assert page.url == auth_service.issuer + address
        assert "alert-success" in page.text and "None match" in page.text


def test_all_of_nobody_is_not_all_of_everybody(admin):
    assert admin.open("/admin/tokens/revoke-all").status == 404
    assert admin.open("/admin/tokens/revoke-all?client_id=demo-web&sub=x").status == 404
    assert admin.open("/admin/grants/revoke-all").status == 404


def test_going_back_leads_nowhere_else(admin, auth_service, ada):
    token = auth_service.api("GET", f"tokens?sub={ada['sub']}")["items"][0]["id"]
    page = admin.open(f"/admin/tokens/{token}/revoke?back=https://evil.example/")

    assert '<a class="btn" href="/admin/">Cancel</a>' in page.text
    assert 'href="https://evil' not in page.text


def test_a_grant_is_withdrawn(admin: Browser, auth_service, grant):
    page = admin.open(f"/admin/grants?client_id={grant['client_id']}")
    assert ">grace</a>" in page.text and "profile" in page.text
    asked = admin.open(f"/admin/grants/{grant['id']}/revoke")
    assert f"grace allowed {grant['client_name']}: profile." in asked.text

    asked = admin.open(f"/admin/grants/{quote(grant['id'])}/revoke?back=/admin/grants")
    assert "has to ask for consent again" in asked.text
    after = admin.submit(asked)

    assert "The grant is withdrawn." in after.text
    assert auth_service.api("GET", f"grants?client_id={grant['client_id']}")["items"] == []


def test_all_grants_of_a_client_are_withdrawn(admin, auth_service, grant):
    page = admin.submit(admin.open(f"/admin/grants/revoke-all?client_id={grant['client_id']}"))

    assert "1 grant of App" in page.text
    assert auth_service.api("GET", f"grants?client_id={grant['client_id']}")["items"] == []


def test_signing_keys_rotate_after_a_confirmation(admin, auth_service):
    before = {key["kid"] for key in auth_service.api("GET", "signing-keys")["items"]}
    page = admin.open("/admin/signing-keys")
    assert all(kid in page.text for kid in before) and "current" in page.text

    after = admin.submit(admin.open("/admin/signing-keys/rotate"))

    assert "The next signing keys are published." in after.text
    assert {key["kid"] for key in auth_service.api("GET", "signing-keys")["items"]} > before


def test_a_key_is_revoked_at_once(admin, auth_service):
    """The successor, which has signed nothing: other tests go on with the current one."""
    auth_service.api("POST", "signing-keys/rotate")
    keys = auth_service.api("GET", "signing-keys")["items"]
    key = next(key for key in keys if key["state"] == "next")
    current = next(other for other in keys if (other["alg"], other["state"]) == (key["alg"], "current"))
    address = f"/admin/signing-keys/{key['kid']}/revoke"

    assert (
        "JWT access tokens that it signed are revoked."
        in admin.open(f"/admin/signing-keys/{current['kid']}/revoke").text
    )
    asked = admin.open(address)
    assert "nothing stops working" in asked.text
    assert "The current key goes on signing." in asked.text
    assert admin.submit(asked, typed="another").status == 422
    after = admin.submit(asked, typed=key["kid"])

    assert f"The {key['alg']} key {key['kid']} is revoked." in after.text
    keys = auth_service.api("GET", "signing-keys")["items"]
    states = {key["kid"]: key["state"] for key in keys}
    assert states[key["kid"]] == "revoked"
    assert "next" not in [other["state"] for other in keys if other["alg"] == key["alg"]]
    [due] = [other["successor_due_at"] for other in keys if other["kid"] == current["kid"]]
    words = after.text.split(f'id="kid-{current["kid"]}"')[1]
    foreseen = words.split("</time>; its successor takes over ")[1]
    assert foreseen.startswith(f'<time datetime="{due[:19]}Z"')
    assert ">in 3 months</time>, and is published before" in foreseen
    assert key["kid"] not in requests.get(f"{auth_service.issuer}/oauth/jwks", timeout=10).text
    assert admin.open(address).status == 404


def test_the_keys_page_says_in_words_what_each_does(admin, auth_service):
    auth_service.api("POST", "signing-keys/rotate")
    page = admin.open("/admin/signing-keys").text

    for algorithm in ("RS256", "ES256", "PS256", "EdDSA"):
        assert f">{algorithm}</h2>" in page
    assert "Signs now." in page and "Begins to sign" in page
