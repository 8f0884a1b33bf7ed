"""The modules of the plans RP-Initiated, Back-Channel and Front-Channel Logout."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.e2e.browser import Browser, parse_answer
from tests.e2e.html_forms import forms_of
from tests.e2e.openid_conformance.documents import Documents
from tests.e2e.openid_conformance.relying_party import ALGORITHMS, RelyingParty

NewRelyingParty = Callable[..., RelyingParty]
AFTERWARDS = "https://rp.example/signed-out"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def rp(new_relying_party: NewRelyingParty) -> RelyingParty:
    return new_relying_party(post_logout_redirect_uris=[AFTERWARDS])


@pytest.fixture
def hint(rp: RelyingParty, browser: Browser) -> str:
    return rp.log_in(browser).id_token


def end_session(rp: RelyingParty, browser: Browser, **parameters: str) -> requests.Response:
    """Go to the end session endpoint; a question is answered with yes."""
    page = browser.follow(browser.http.get(rp.provider["end_session_endpoint"], params=parameters))
    if (
        not page.is_redirect
        and page.status_code == 200
        and "/logout" in [f.action for f in forms_of(page.text)]
    ):
        page = browser.submit(page, "/logout")
    return page


def is_signed_in(rp: RelyingParty, browser: Browser) -> bool:
    """Whether the provider knows the person without asking."""
    callback = rp.read(rp.send(browser, rp.request(prompt="none")))
    assert callback is not None
    return "code" in callback.parameters


@pytest.mark.conformance("oidcc-rp-initiated-logout", "oidcc-rp-initiated-logout-no-state")
@pytest.mark.rfc("OIDC RP-Initiated Logout §2, §3")
@pytest.mark.parametrize("state", [{}, {"state": "a b&c"}])
def test_logout(rp: RelyingParty, browser: Browser, hint: str, state: dict[str, str]) -> None:
    page = end_session(rp, browser, id_token_hint=hint, post_logout_redirect_uri=AFTERWARDS, **state)
    answer = parse_answer(page.headers["Location"])
    assert (answer.uri, answer.query) == (AFTERWARDS, state)
    assert not is_signed_in(rp, browser)


@pytest.mark.conformance(
    *("oidcc-rp-initiated-logout-no-params", "oidcc-rp-initiated-logout-only-state"),
    *("oidcc-rp-initiated-logout-no-post-logout-redirect-uri", "oidcc-rp-initiated-logout-no-id-token-hint"),
)
@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
@pytest.mark.parametrize("given", [[], ["state"], ["id_token_hint"], ["post_logout_redirect_uri", "state"]])
def test_logout_that_leads_nowhere(rp: RelyingParty, browser: Browser, hint: str, given: list[str]) -> None:
    values = {"state": "s", "id_token_hint": hint, "post_logout_redirect_uri": AFTERWARDS}
    page = end_session(rp, browser, **{name: values[name] for name in given})
    assert (page.status_code, urlsplit(page.url).path) == (200, "/signed-out")
    assert not is_signed_in(rp, browser)


@pytest.mark.conformance(
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
)
@pytest.mark.rfc("OIDC RP-Initiated Logout §3")
@pytest.mark.parametrize("target", [AFTERWARDS + "/other", AFTERWARDS + "?foo=bar", "https://evil.example/"])
def test_logout_to_an_address_that_is_not_registered(
    rp: RelyingParty, browser: Browser, hint: str, target: str
) -> None:
    page = end_session(rp, browser, id_token_hint=hint, post_logout_redirect_uri=target, state="s")
    assert not page.is_redirect
    assert page.status_code == 400


@pytest.mark.conformance(
    "oidcc-rp-initiated-logout-bad-id-token-hint", "oidcc-rp-initiated-logout-modified-id-token-hint"
)
@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
@pytest.mark.parametrize("how", ["no JWT", "foreign", "signed with the secret", "modified", "unsigned"])
def test_logout_with_a_bad_hint(rp: RelyingParty, browser: Browser, hint: str, how: str) -> None:
    header, payload, signature = hint.split(".")
    changed = ("A" if signature[4] != "A" else "B").join((signature[:4], signature[5:]))
    good = jwt.decode(hint, rp.keys(), ALGORITHMS)
    stranger, secret = RSAKey.generate_key(2048), OctKey.import_key(str(rp.secret))
    bad = {
        "no JWT": "not.a.hint",
        "foreign": jwt.encode(good.header, good.claims, stranger),
        "signed with the secret": jwt.encode({"alg": "HS256"}, good.claims, secret),
        "modified": f"{header}.{payload}.{changed}",
        "unsigned": f"{header}.{payload}.",
    }
    page = end_session(rp, browser, id_token_hint=bad[how], post_logout_redirect_uri=AFTERWARDS)
    assert not page.is_redirect
    assert page.status_code == 400
    assert is_signed_in(rp, browser)


@pytest.mark.conformance("oidcc-backchannel-rp-initiated-logout")
@pytest.mark.rfc("OIDC Back-Channel Logout §2.4, §2.5, §2.6")
def test_back_channel_logout(
    new_relying_party: NewRelyingParty, documents: Documents, browser: Browser
) -> None:
    rp = new_relying_party(
        post_logout_redirect_uris=[AFTERWARDS],
        backchannel_logout_uri=f"{documents.url}/logout?a=b",
        backchannel_logout_session_required=True,
    )
    tokens = rp.log_in(browser)
    page = end_session(rp, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=AFTERWARDS)
    assert page.is_redirect
    path, query, form = documents.received.get(timeout=15)
    assert (path, query, list(form)) == ("/logout", {"a": ["b"]}, ["logout_token"])
    sent = rp.http.used_secrets.add("logout_token", form["logout_token"][0])
    token = jwt.decode(sent, rp.keys(), ALGORITHMS)
    claims = token.claims
    assert token.header["alg"] == "RS256"
    assert token.header["typ"] == "logout+jwt"
    assert claims["iss"] == rp.provider["issuer"]
    assert claims["aud"] in (rp.client_id, [rp.client_id])
    assert (claims["sub"], claims["sid"]) == (tokens.claims["sub"], tokens.claims["sid"])
    assert claims["events"] == {EVENT: {}}
    assert claims["jti"] and claims["iat"] < claims["exp"]
    assert "nonce" not in claims


@pytest.mark.conformance("oidcc-frontchannel-rp-initiated-logout")
@pytest.mark.rfc("OIDC Front-Channel Logout §2, §3")
def test_front_channel_logout(new_relying_party: NewRelyingParty, browser: Browser) -> None:
    address = "https://rp.example/front-logout?a=b"
    rp = new_relying_party(
        post_logout_redirect_uris=[AFTERWARDS],
        frontchannel_logout_uri=address,
        frontchannel_logout_session_required=True,
    )
    tokens = rp.log_in(browser)
    page = end_session(
        rp, browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=AFTERWARDS, state="s"
    )
    assert page.status_code == 200
    frames = [urlsplit(unescape(found)) for found in re.findall(r'<iframe[^>]* src="([^"]+)"', page.text)]
    assert [frame._replace(query="").geturl() for frame in frames] == ["https://rp.example/front-logout"]
    assert parse_qs(frames[0].query) == {
        "a": ["b"],
        "iss": [rp.provider["issuer"]],
        "sid": [tokens.claims["sid"]],
    }
    assert "https://rp.example" in page.headers["Content-Security-Policy"]
    assert f"{AFTERWARDS}?state=s" in unescape(page.text)
    assert not is_signed_in(rp, browser)
