"""Front-channel logout: the page with a frame for each app (OIDC Front-Channel Logout 1.0)."""

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.auth_service.conftest import csrf_token
from tests.auth_service.flow import get_code, redeem
from tests.auth_service.protocol.relying_party import decode

AFTERWARDS = "https://app.example/signed-out"


@pytest.fixture
def sign_in_at(client, username):
    """Sign a person in at an app; the id_token it got."""

    def through(client_id):
        code = get_code(client, username, client_id, scope="openid")
        return redeem(client, client_id, code).json["id_token"]

    return through


def frames(page) -> list[str]:
    return [html.unescape(src) for src in re.findall(r'<iframe src="([^"]*)"', page.text)]


def frame_sources(page) -> list[str]:
    policy = page.headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";")).get("frame-src", "").split()


@pytest.mark.rfc("OIDC Front-Channel Logout §2, §3")
@pytest.mark.conformance("oidcc-frontchannel-rp-initiated-logout")
def test_each_app_that_took_part_has_a_frame_and_then_it_goes_on(client, settings, register, sign_in_at):
    asking = register(
        client_name="Asking <app>",
        post_logout_redirect_uris=[AFTERWARDS],
        frontchannel_logout_uri="https://asking.example:8443/out?a=b%FF",
        frontchannel_logout_session_required=True,
    )
    other = register(client_name="Other app", frontchannel_logout_uri="https://Other.example/out")
    register(frontchannel_logout_uri="https://stranger.example/out")
    sign_in_at(other)
    id_token = sign_in_at(asking)
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": AFTERWARDS, "state": "s&t"}
    page = client.get("/oauth/logout", query_string=query)
    assert page.status_code == 200
    by_host = {urlsplit(uri).hostname: uri for uri in frames(page)}
    assert by_host.keys() == {"asking.example", "other.example"}
    assert by_host["other.example"].startswith("https://Other.example/out?iss=")
    assert "&sid=" in by_host["other.example"], "also where it did not register to need it"
    asked = urlsplit(by_host["asking.example"])
    sid = decode(id_token.split(".")[1])["sid"]
    assert asked.query.startswith("a=b%FF&")
    assert parse_qsl(asked.query)[1:] == [("iss", settings.issuer), ("sid", sid)]
    assert frame_sources(page) == ["https://asking.example:8443", "https://other.example"]
    assert page.text.count('sandbox="allow-same-origin allow-scripts allow-forms"') == 2
    assert "allow-top-navigation" not in page.text
    onward = html.escape(f"{AFTERWARDS}?state=s%26t")
    assert f'id="onward" href="{onward}"' in page.text
    assert f'<noscript><meta http-equiv="refresh" content="5;url={onward}"></noscript>' in page.text
    assert "Asking &lt;app&gt;" in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    # It is over: the same request has nothing left to show.
    assert client.get("/oauth/logout", query_string=query).location == f"{AFTERWARDS}?state=s%26t"


@pytest.mark.rfc("OIDC Front-Channel Logout §2")
def test_our_own_button_shows_it_too(client, register, sign_in_at, post):
    sign_in_at(register(frontchannel_logout_uri="https://app.example/out"))
    page = post("/", to="/logout")
    [frame] = frames(page)
    assert frame.startswith("https://app.example/out?iss=")
    assert 'id="onward" href="/signed-out"' in page.text
    assert "Signed in as" not in client.get("/").text


@pytest.mark.rfc("OIDC Front-Channel Logout §2")
def test_after_a_confirmation_too(client, register, sign_in_at):
    sign_in_at(register(frontchannel_logout_uri="https://app.example/out"))
    page = client.get("/oauth/logout")
    assert frames(page) == []
    assert frames(client.post("/logout", data={"csrf_token": csrf_token(page.text)})) != []


@pytest.mark.rfc("OIDC Front-Channel Logout §2")
def test_not_you_too_on_the_way_to_signing_in_as_somebody_else(client, register, sign_in_at, post):
    sign_in_at(register(frontchannel_logout_uri="https://app.example/out"))
    query = {"response_type": "code", "client_id": register(), "scope": "openid"}
    consent = client.get("/oauth/authorize", query_string=query).location
    page = post(consent, to=consent.replace("/consent", "/consent/not-me"))
    [frame] = frames(page)
    assert frame.startswith("https://app.example/out?iss=")
    login = consent.replace("/consent", "/login")
    assert f'id="onward" href="{html.escape(login)}"' in page.text
    assert client.get(login).status_code == 200


@pytest.mark.rfc("OIDC Core §8.1")
def test_a_pairwise_client_gets_its_own_sid(client, register, sign_in_at, post):
    client_id = register(
        subject_type="pairwise",
        frontchannel_logout_uri="https://app.example/out",
        frontchannel_logout_session_required=True,
    )
    id_token = sign_in_at(client_id)
    [uri] = frames(post("/", to="/logout"))
    assert dict(parse_qsl(urlsplit(uri).query))["sid"] == decode(id_token.split(".")[1])["sid"]


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example; script-src *",
        "https://a.example' 'unsafe-inline/",
        "https://*.example/",
        "https://user@a.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://[::1",
        "https://ü.example/",
        "//a.example/",
    ],
)
def test_what_cannot_stand_in_the_policy_gets_no_frame(client, register, sign_in_at, post, uri):
    """Registration refuses them; this is what keeps the page's policy whole should one ever be stored."""
    sign_in_at(register(frontchannel_logout_uri=uri))
    page = post("/", to="/logout")
    assert page.location == "/signed-out"
    assert "frame-src" not in page.headers["Content-Security-Policy"]


def test_a_thousand_apps_do_not_make_a_page_of_a_thousand_frames(client, app, register, sign_in_at, post):
    from auth_service.models import Session

    id_token = sign_in_at(register(frontchannel_logout_uri="https://app.example/out"))
    many = [register(frontchannel_logout_uri=f"https://app-{number}.example/out") for number in range(40)]
    sid = decode(id_token.split(".")[1])["sid"]
    for client_id in many:
        Session.note_client(sid, client_id)
    page = post("/", to="/logout")
    assert len(frames(page)) == 30
    assert len(page.headers["Content-Security-Policy"]) < 4096


def test_no_other_page_may_show_frames(client):
    for path in ("/", "/login", "/signed-out"):
        assert "frame-src" not in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.rfc("OIDC Front-Channel Logout §2")
def test_when_somebody_else_signs_in_the_first_persons_apps_hear_of_it(client, register, sign_in_at):
    sign_in_at(register(frontchannel_logout_uri="https://app.example/out"))
    login = "/login?account=other&next=/device"
    form = {"username": "somebody-else", "password": "valid"}
    page = client.post(login, data={"csrf_token": csrf_token(client.get("/").text), **form})
    assert page.status_code == 200
    [frame] = frames(page)
    assert frame.startswith("https://app.example/out?iss=")
    assert "the person who was here before you" in page.text
    assert 'id="onward" href="/device"' in page.text
    assert "somebody-else" in client.get("/device").text
