"""Redirect URIs line by line, while they are typed; the admin API has the last word and agrees."""

import pytest

from admin_ui.web.redirect_uris import check_lines, reason_against

GOOD = ["https://app.example/cb", "https://app.example/cb?a=1", "http://127.0.0.1:4600/cb", "http://[::1]/cb"]
BAD = [
    ("app.example/cb", "absolute"),
    ("//app.example/cb", "absolute"),
    ("https://app.example/cb#x", "fragment"),
    ("https://*.example/cb", "wildcard"),
    ("https://user@app.example/cb", "user name"),
    ("http://app.example/cb", "plain http"),
    ("https:///cb", "no host"),
    ("javascript:alert(1)", "javascript:"),
    ("JAVASCRIPT:alert(1)", "javascript:"),
    ("data:text/html,x", "data:"),
    ("https://app.example/a b", "percent-encode"),
    ("https://app.example\\@evil.example/", "percent-encode"),
    ("https://äpp.example/", "percent-encode"),
    ("https://app.example/%zz", "percent-encode"),
    ("https://app.example:99999/", "not a valid URL"),
    ("https://[::1/", "not a valid URL"),
    ("https://app.example/" + "x" * 2100, "longer"),
    ("com.example.app:/cb", "native"),
]


@pytest.mark.parametrize("uri", GOOD)
def test_good_ones(uri, new_client):
    assert reason_against(uri, native=False) == ""
    new_client(redirect_uris=[uri], grant_types=["authorization_code"])


@pytest.mark.parametrize(("uri", "reason"), BAD)
def test_bad_ones_with_the_reason(uri, reason, auth_service):
    assert reason in reason_against(uri, native=False)
    refused = auth_service.api(
        "POST",
        "clients",
        status=400,
        json={"client_name": "x", "grant_types": ["authorization_code"], "redirect_uris": [uri]},
    )
    assert refused["errors"][0]["field"] == "redirect_uris[0]"


@pytest.mark.rfc("8252 §7.1")
def test_native_applications_may_have_a_scheme_of_their_own():
    assert reason_against("com.example.app:/cb", native=True) == ""
    assert "reversed" in reason_against("myapp:/cb", native=True)


def test_lines_are_numbered_and_repetitions_found():
    lines = check_lines(" https://a.example/ \n\nhttps://a.example/\r\nhttps://b.example/\n", native=False)

    assert [(line.number, line.reason) for line in lines] == [(1, ""), (2, "is there twice"), (3, "")]


def verdict(admin, **fields):
    """What the page shows while that is typed."""
    token = admin.open("/admin/clients/new/web").form().fields["csrf_token"][0]
    return admin.open(
        "/admin/clients/check-redirect-uris",
        method="POST",
        headers={"HX-Request": "true"},
        data={"csrf_token": token, "kind": "web", **fields},
    )


def test_the_verdict_while_typing(admin):
    page = verdict(
        admin,
        field="post_logout_redirect_uris",
        redirect_uris="https://other.example/",
        post_logout_redirect_uris="https://a.example/\nhttp://<b>.example/",
    )

    assert "<html" not in page.text
    assert page.text.count("checked-line ") == 2
    assert "other.example" not in page.text
    assert "&lt;b&gt;" in page.text and "<b>" not in page.text


def many(number: int) -> list[str]:
    return [f"https://app.example/cb/{n}" for n in range(number)]


def test_of_many_lines_the_faulty_ones_alone_are_listed(admin):
    assert verdict(admin, redirect_uris="\n".join(many(20))).text.count("is good") == 20

    all_good = verdict(admin, redirect_uris="\n".join(many(21))).text
    assert "All 21 are good" in all_good and "/cb/" not in all_good
    page = verdict(admin, redirect_uris="\n".join([*many(49), "https://app.example/#"])).text
    assert "The other 49 are good" in page and page.count("<code>") == 1


def test_too_many_are_refused_with_their_number(admin, auth_service):
    message = "51 addresses are too many: 50 at most."
    typed = verdict(admin, redirect_uris="\n".join(many(51))).text
    assert message in typed and "are good" not in typed

    form = admin.open("/admin/clients/new/web")
    page = admin.submit(form, client_name="Too many", redirect_uris="\n".join(many(51)))
    assert page.status == 422
    assert f"Redirect URIs</a>: {message}" in page.text and "are good" not in page.text
    page = admin.submit(form, client_name="Not too many", redirect_uris="\n".join(many(50)))
    assert page.status == 201
