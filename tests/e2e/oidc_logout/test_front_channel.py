"""Apps that sign out in the browser have their page loaded in a frame, and the person goes on from there."""

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient
from tests.e2e.oidc_logout.relying_party import claims_of

AFTERWARDS = "http://127.0.0.1:4600/signed-out"
OUT = "http://127.0.0.1:4600/out"


@pytest.mark.rfc("OIDC Front-Channel Logout §2, §3")
def test_the_app_is_framed_with_issuer_and_session(
    gateway: Gateway, register: Callable[..., OAuthClient], browser: Browser
) -> None:
    app = register(
        frontchannel_logout_uri=OUT,
        frontchannel_logout_session_required=True,
        post_logout_redirect_uris=[AFTERWARDS],
    )
    id_token = app.tokens_by_code(browser, scope="openid")["id_token"]
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": AFTERWARDS, "state": "s"}
    page = browser.http.get("/oauth/logout", params=query)
    assert page.status_code == 200
    [source] = re.findall(r'<iframe src="([^"]+)"', page.text)
    frame = urlsplit(html.unescape(source))
    assert frame._replace(query="").geturl() == OUT
    issuer = gateway.get("/.well-known/openid-configuration").json()["issuer"]
    assert parse_qs(frame.query) == {"iss": [issuer], "sid": [claims_of(id_token)["sid"]]}
    assert "frame-src http://127.0.0.1:4600" in page.headers["Content-Security-Policy"]
    assert f'href="{AFTERWARDS}?state=s"' in page.text
