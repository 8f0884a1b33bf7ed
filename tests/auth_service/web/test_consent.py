"""The question whether an app may have what it asks for."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from auth_service.models import AuthorizationRequest, Client
from auth_service.models.secret import hash_secret
from auth_service.web.consent import destination


@pytest.fixture
def consent_page(client, ask, sign_in, username):
    """Sign in for a new app; returns the path of its consent page."""

    def reach(parameters=None, **metadata) -> str:
        page = ask(parameters, **metadata)
        if "/login" in page:
            sign_in(username, page)
            page = client.get(page.replace("/login", "/oauth/authorize/continue")).location
        assert page.startswith("/consent?request="), page
        return page

    return reach


def answer_of(response) -> dict[str, list[str]]:
    assert response.status_code == 303, response.text
    return parse_qs(urlsplit(response.location).query)


def test_it_says_who_asks_for_what_and_as_whom(client, consent_page, username):
    page = client.get(
        consent_page(
            {"scope": "profile notes:read"},
            client_name="Ledger",
            client_uri="https://ledger.example/",
            policy_uri="https://ledger.example/privacy",
            tos_uri="https://ledger.example/terms",
        )
    ).text
    for words in (
        "Ledger",
        "app.example",
        username,
        "Not you?",
        "Read your notes",
        "See your name and username",
    ):
        assert words in page
    assert "Write, change and delete your notes" not in page
    for link in ("https://ledger.example/", "https://ledger.example/privacy", "https://ledger.example/terms"):
        assert f'href="{link}"' in page


def test_allow_answers_with_a_code(consent_page, post, redirect_uri):
    response = post(consent_page(), decision="allow")
    assert response.location.startswith(redirect_uri)
    assert "code" in answer_of(response) and answer_of(response)["state"] == ["af0ifjsldkj"]


@pytest.mark.rfc("6749 §4.1.2.1")
def test_deny_answers_with_access_denied(consent_page, post, redirect_uri):
    response = post(consent_page(), decision="deny")
    assert response.location.startswith(redirect_uri)
    assert answer_of(response)["error"] == ["access_denied"] and "code" not in answer_of(response)


def test_allow_and_deny_look_alike(client, consent_page):
    page = client.get(consent_page()).text
    assert '<button class="quiet" name="decision" value="deny">' in page
    assert '<button class="quiet" name="decision" value="allow">' in page


def test_a_decision_can_be_sent_once(client, consent_page):
    page = consent_page()
    token = client.get(page).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "decision": "allow"}
    assert client.post(page, data=form).status_code == 303
    again = client.post(page, data=form)
    assert again.status_code == 400
    assert "This sign-in has expired" in again.text


@pytest.mark.parametrize("decision", [None, "", "yes", "Allow", "allow\x00"])
def test_anything_else_is_no_decision(client, consent_page, post, decision):
    page = consent_page()
    response = post(page, **({} if decision is None else {"decision": decision}))
    assert response.status_code == 400
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("request_id", ["", "x", "%00", "a" * 3000])
def test_an_unknown_request_is_told_so(client, sign_in, username, request_id):
    sign_in(username)
    response = client.get(f"/consent?request={request_id}")
    assert response.status_code == 400
    assert "start signing in there again" in " ".join(response.text.split())


def test_an_expired_request_is_told_so(client, clock, settings, consent_page):
    page = consent_page()
    clock.advance(seconds=settings.authorization_request_lifetime.total_seconds())
    assert "This sign-in has expired" in client.get(page).text


def test_who_is_not_signed_in_is_sent_there(app, consent_page):
    page = consent_page()
    response = app.test_client().get(page)
    assert (response.status_code, response.location) == (303, page.replace("/consent", "/login"))


def test_not_you_signs_out_and_asks_again_for_the_same_app(client, consent_page, post, username):
    page = consent_page()
    response = post(page, to=page.replace("/consent", "/consent/not-me"))
    assert (response.status_code, response.location) == (303, page.replace("/consent", "/login"))
    assert username not in client.get(response.location).text
    other = post(response.location, username=f"{username}-2", password="valid")
    assert f"{username}-2" in client.get(client.get(other.location).location).text


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'


def test_hostile_names_stay_text(client, consent_page):
    page = client.get(consent_page(client_name=HOSTILE)).text
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page and "{{7*7}}" in page


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example", "x"]
)
def test_addresses_that_could_run_script_are_no_links(client, consent_page, uri):
    page = client.get(consent_page(client_uri=uri, policy_uri=uri, tos_uri=uri)).text
    assert f'href="{uri}"' not in page
    assert "Website" not in page


def test_a_registration_that_shrank_meanwhile_is_told_to_the_app(client, consent_page):
    page = consent_page({"scope": "profile email"})
    kept = AuthorizationRequest.objects.get(id=hash_secret(page.partition("request=")[2]))
    Client.objects(client_id=kept.client_id).update_one(set__scope="profile")
    response = client.get(page)
    assert response.location == page.replace("/consent", "/oauth/authorize/continue")
    assert answer_of(client.get(response.location))["error"] == ["invalid_scope"]


def test_a_client_that_was_deleted_meanwhile_is_told_so(client, consent_page):
    page = consent_page(client_name="Gone")
    Client.objects(client_name="Gone").delete()
    assert client.get(page).status_code == 400


@pytest.mark.parametrize(
    ("redirect_uri", "shown"),
    [
        ("https://app.example/callback?x=y", "app.example"),
        ("http://127.0.0.1:4600/callback", "127.0.0.1:4600"),
        ("https://user@evil.example/", "evil.example"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("com.example.app:/callback", "com.example.app:"),
    ],
)
def test_the_destination_is_the_host_or_the_apps_scheme(redirect_uri, shown):
    assert destination(redirect_uri) == shown


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.conformance("oidcc-registration-logo-uri")
def test_the_logo_comes_from_our_own_origin(client, consent_page):
    page = client.get(consent_page(client_name="Pictured", logo_uri="https://app.example/logo.png")).text
    client_id = Client.objects.get(client_name="Pictured").client_id
    assert f'src="/client-logo/{client_id}"' in page
    assert "https://app.example/logo.png" not in page
    assert "/client-logo/" not in client.get(consent_page()).text


@pytest.mark.rfc("7591 §5")
def test_an_app_that_registered_itself_is_not_vouched_for(client, consent_page):
    page = client.get(consent_page(registration_access_token=hash_secret("gra_x"))).text
    assert "Nobody here has checked who is behind this app" in page
    assert page.index("it registered itself") < page.index("<strong><bdi>app.example</bdi></strong>")
    assert "registered itself" not in client.get(consent_page()).text


@pytest.mark.rfc("OIDC Core §5.4")
@pytest.mark.rfc("OIDC Core §5.5")
def test_every_kind_of_claim_is_told_in_plain_words(client, consent_page):
    scope = "openid address phone offline_access"
    claims = json.dumps({"userinfo": {"birthdate": None}, "id_token": {"nickname": {"essential": True}}})
    asked = {"scope": scope, "claims": claims, "prompt": "consent"}
    page = client.get(consent_page(asked, scope=scope)).text
    for words in ("postal address", "phone number", "signed out", "birthdate", "nickname"):
        assert words in page
