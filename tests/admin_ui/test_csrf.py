"""No form works from another site: each POST needs the session's token, and our own origin if one is named."""

import pytest

from tests.admin_ui.browser import Browser

POSTS = [
    "/admin/logout",
    "/admin/theme",
    "/admin/clients/new/web",
    "/admin/clients/check-redirect-uris",
    "/admin/clients/demo-web/edit",
    "/admin/clients/demo-web/secret",
    "/admin/clients/demo-web/disable",
    "/admin/clients/demo-web/enable",
    "/admin/clients/demo-web/delete",
    "/admin/users/new",
    "/admin/users/x/edit",
    "/admin/users/x/disable",
    "/admin/users/x/enable",
    "/admin/users/x/password",
    "/admin/users/x/delete",
    "/admin/tokens/x/revoke",
    "/admin/tokens/revoke-all?client_id=demo-web",
    "/admin/grants/x/revoke",
    "/admin/grants/revoke-all?client_id=demo-web",
    "/admin/signing-keys/rotate",
    "/admin/signing-keys/x/revoke",
    "/admin/registration/tokens/new",
    "/admin/registration/tokens/x/delete",
    "/admin/logout-deliveries/x/retry",
]


def test_the_list_above_is_complete(ui):
    rules = [rule for rule in ui.url_map.iter_rules() if "POST" in rule.methods]

    assert len(rules) == len(POSTS)


@pytest.mark.parametrize("address", POSTS)
def test_without_a_token_nothing_happens(admin, address):
    page = admin.open(address, method="POST", data={})

    assert page.status == 400
    assert "This form is no longer valid" in page.text


def test_another_sessions_token_does_not_help(admin, owner):
    foreign = owner.open("/admin/clients").form("/admin/logout").fields["csrf_token"]

    assert admin.open("/admin/logout", method="POST", data={"csrf_token": foreign}).status == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_another_origin_is_refused_even_with_a_token(admin, origin):
    token = admin.open("/admin/clients").form("/admin/logout").fields["csrf_token"]

    page = admin.open("/admin/logout", method="POST", data={"csrf_token": token}, headers={"Origin": origin})

    assert page.status == 400
    assert admin.open("/admin/clients", follow=False).status == 200


def test_our_own_origin_and_the_header_that_htmx_sends_are_good(admin: Browser):
    token = admin.open("/admin/clients").form("/admin/logout").fields["csrf_token"][0]

    page = admin.open(
        "/admin/clients/check-redirect-uris",
        method="POST",
        data={"redirect_uris": "https://a.example/cb"},
        headers={"X-CSRFToken": token, "Origin": admin.issuer, "HX-Request": "true"},
    )

    assert page.status == 200
