"""An app that lives in the browser: its page, of another origin, does everything by itself but sign people in."""

import pytest

from tests.browser.pages import sign_in

CALL = """
async ([method, url, headers, form]) => {
  const body = form && new URLSearchParams(form)
  const answer = await fetch(url, {method, headers, body})
  return [answer.status, await answer.text().then((text) => text && JSON.parse(text))]
}
"""
REGISTER = """
async ([url, metadata]) => {
  const json = {"Content-Type": "application/json"}
  const made = await (await fetch(url, {method: "POST", headers: json, body: JSON.stringify(metadata)})).json()
  const own = {Authorization: `Bearer ${made.registration_access_token}`}
  const read = await fetch(made.registration_client_uri, {headers: own})
  const gone = await fetch(made.registration_client_uri, {method: "DELETE", headers: own})
  return [(await read.json()).client_id === made.client_id, gone.status]
}
"""


@pytest.fixture
def call(window):
    """A function with which the page calls an endpoint; what it is not let to read raises."""

    def fetch(method, url, headers=None, form=None):
        return tuple(window.evaluate(CALL, [method, url, headers or {}, form]))

    return fetch


@pytest.mark.rfc("OIDC Discovery §4; 6749 §4.1.3; OIDC Core §5.3; 7009 §2")
def test_from_discovery_to_revocation(window, register, gateway, username, call):
    app = register(token_endpoint_auth_method="none")
    window.goto(app.authorization_path(scope="openid profile"))
    sign_in(window, username)
    window.get_by_role("button", name="Allow").click()
    code = app.answer(window)["code"]

    status, provider = call("GET", f"{gateway.url}/.well-known/openid-configuration")
    assert (status, provider["issuer"]) == (200, gateway.url)
    status, keys = call("GET", provider["jwks_uri"])
    assert status == 200 and keys["keys"]
    form = {"grant_type": "authorization_code", "client_id": app.client.client_id} | app.proof_of(code)
    status, tokens = call("POST", provider["token_endpoint"], form=form)
    assert status == 200, tokens
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    for method in ("GET", "POST"):
        status, claims = call(method, provider["userinfo_endpoint"], bearer)
        assert (status, claims["preferred_username"]) == (200, username)
    forget = {"client_id": app.client.client_id, "token": tokens["access_token"]}
    assert call("POST", provider["revocation_endpoint"], form=forget)[0] == 200
    assert app.client.gateway.get("/oauth/userinfo", headers=bearer).status_code == 401


@pytest.mark.rfc("7591 §3; 7592 §2.1, §2.3")
def test_it_registers_itself_reads_that_and_deletes_it(window, redirect_target, gateway):
    window.goto(redirect_target.uri)
    metadata = {"redirect_uris": [redirect_target.uri], "token_endpoint_auth_method": "none"}
    assert window.evaluate(REGISTER, [f"{gateway.url}/oauth/register", metadata]) == [True, 204]
