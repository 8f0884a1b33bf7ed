"""Forms are taken from our own pages only."""

import pytest

from auth_service.models import Session

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:4600"},
    {"Origin": "http://127.0.0.1:5000.evil.example"},
    {"Origin": "http://127.0.0.1:notaport"},
    {"Referer": "https://evil.example/127.0.0.1:5000"},
    {"Referer": "http://[broken"},
]


@pytest.fixture
def signed_in(client, sign_in, username):
    sign_in(username)
    return client


def still_signed_in(client) -> bool:
    return "Signed in as" in client.get("/").text


@pytest.mark.parametrize("token", [None, "", "forged", "a.b.c", "ü", "x" * 10_000])
@pytest.mark.parametrize("path", ["/logout", "/consent?request=x", "/consent/not-me?request=x"])
def test_a_missing_or_forged_token_is_refused(signed_in, path, token):
    response = signed_in.post(path, data={} if token is None else {"csrf_token": token})
    assert response.status_code == 400
    assert "This form has expired" in response.text
    assert still_signed_in(signed_in)


def test_another_sessions_token_is_refused(signed_in, app):
    stranger = app.test_client()
    page = stranger.get("/login").text
    theirs = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert theirs
    assert signed_in.post("/logout", data={"csrf_token": theirs}).status_code == 400
    assert still_signed_in(signed_in)


def test_the_page_leads_back_to_the_form(signed_in):
    response = signed_in.post("/consent?request=abc", data={"decision": "allow"})
    assert 'href="/consent?request=abc"' in response.text
    assert 'href="/"' in signed_in.post("/logout").text


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_on_another_sites_page_is_refused_even_with_a_token(signed_in, headers):
    token = signed_in.get("/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    response = signed_in.post("/logout", data={"csrf_token": token}, headers=headers)
    assert response.status_code == 403
    assert "another site" in response.text
    assert still_signed_in(signed_in)


def test_a_foreign_form_does_not_replace_the_persons_session(client):
    """The browser sends no cookie with it (SameSite=Lax); a new one in the answer would sign the person out."""
    before = Session.objects.count()
    response = client.post("/login", data={"username": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers
    assert Session.objects.count() == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:5000"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost:5000"},
        {"Referer": "http://127.0.0.1:5000/"},
    ],
)
def test_our_own_form_is_taken(signed_in, headers):
    token = signed_in.get("/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert signed_in.post("/logout", data={"csrf_token": token}, headers=headers).status_code == 303
    assert not still_signed_in(signed_in)


@pytest.mark.rfc("6749 §3.2")
def test_machine_endpoints_need_no_token(client):
    response = client.post("/oauth/token", data={"grant_type": "nonsense"})
    assert response.json["error"] != "invalid_request" or "CSRF" not in response.text
    assert "request_id" in response.json


def test_every_other_post_is_protected(app):
    """Whatever view is added later is protected unless it says otherwise."""
    client = app.test_client()
    open_to_all = ("protocol.", "registration.", "authorize.authorize", "logout.end_session")
    forms = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods
        and not rule.endpoint.startswith(open_to_all)
        and not rule.rule.startswith("/admin-api/")
    ]
    assert {rule.rule for rule in forms} >= {"/login", "/logout", "/consent", "/consent/not-me"}
    for rule in forms:
        assert client.post(rule.rule).status_code == 400, rule
