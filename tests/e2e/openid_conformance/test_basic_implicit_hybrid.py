"""The modules of the plans Basic, Implicit, Hybrid and Form Post, for each response type by each way."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt

from tests.e2e.browser import Browser
from tests.e2e.oauth_client import new_pkce
from tests.e2e.openid_conformance.conftest import ABOUT
from tests.e2e.openid_conformance.relying_party import RelyingParty, Tokens, encode_unsigned

CLAIMS_OF_THE_TOKEN = {
    *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid"),
    *("at_hash", "c_hash"),
}
has_code = pytest.mark.parametrize(
    "rp",
    [
        (kind, mode)
        for kind in ("code", "code id_token", "code token", "code id_token token")
        for mode in (None, "form_post")
    ],
    indirect=True,
    ids=str,
)
has_access_token = pytest.mark.parametrize(
    "rp",
    [
        (kind, mode)
        for kind in ("code", "id_token token", "code id_token", "code token", "code id_token token")
        for mode in (None, "form_post")
    ],
    indirect=True,
    ids=str,
)


def claims_given(rp: RelyingParty, tokens: Tokens) -> dict[str, Any]:
    """OIDC Core §5.4: what the scope asks for is at userinfo, or in the id_token where there is no userinfo."""
    return rp.userinfo(tokens) if tokens.access_token else tokens.claims


@pytest.mark.conformance("oidcc-server", "oidcc-idtoken-signature")
@pytest.mark.rfc("OIDC Core §3.1.3.7, §3.2.2.11, §3.3.2.11")
def test_server(rp: RelyingParty, browser: Browser) -> None:
    tokens = rp.log_in(browser)
    assert tokens.claims.keys() <= CLAIMS_OF_THE_TOKEN  # nothing that was not asked for


@pytest.mark.conformance("oidcc-server-client-secret-post")
@pytest.mark.rfc("OIDC Core §9")
def test_client_secret_post(new_relying_party: Callable[..., RelyingParty], browser: Browser) -> None:
    for response_type in ("code", "code id_token"):
        method = {"token_endpoint_auth_method": "client_secret_post"}
        new_relying_party(response_type, **method).log_in(browser)


@pytest.mark.conformance("oidcc-response-type-missing")
@pytest.mark.rfc("6749 §3.1.1")
def test_response_type_missing(rp: RelyingParty, browser: Browser) -> None:
    callback = rp.read(rp.send(browser, request := rp.request(response_type=None)))
    assert callback is not None
    assert callback.parameters["error"] in ("invalid_request", "unsupported_response_type")
    assert callback.parameters["state"] == request["state"]
    assert callback.mode == (rp.response_mode or "query")


@has_access_token
@pytest.mark.conformance("oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body")
@pytest.mark.rfc("OIDC Core §5.3.1")
def test_userinfo(rp: RelyingParty, browser: Browser) -> None:
    tokens = rp.log_in(browser)
    assert rp.userinfo(tokens) == rp.userinfo(tokens, "POST") == rp.userinfo(tokens, "POST", body=True)


@pytest.mark.conformance(
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "oidcc-ensure-request-without-nonce-fails"
)
@pytest.mark.rfc("OIDC Core §3.2.2.1, §3.3.2.11")
def test_request_without_nonce(rp: RelyingParty, browser: Browser) -> None:
    if "id_token" not in rp.words:
        rp.log_in(browser, nonce=None)
        return
    callback = rp.authorize(browser, nonce=None)
    assert callback.parameters["error"] == "invalid_request"
    assert not callback.parameters.keys() & {"code", "id_token", "access_token"}


@pytest.mark.conformance(
    *("oidcc-scope-profile", "oidcc-scope-email", "oidcc-scope-address", "oidcc-scope-phone"),
    *("oidcc-scope-all", "oidcc-alternate-happy-flow"),
)
@pytest.mark.rfc("OIDC Core §5.4")
def test_scopes(rp: RelyingParty, adas_browser: Browser) -> None:
    for scope in [
        "openid profile",
        "email openid",
        "address openid phone",
        "openid profile email address phone",
    ]:
        given = claims_given(rp, rp.log_in(adas_browser, scope=scope))
        for name, claims in ABOUT.items():
            if name in scope.split():
                assert given | claims == given
            else:
                assert not given.keys() & claims.keys()


@pytest.mark.conformance("oidcc-claims-essential")
@pytest.mark.rfc("OIDC Core §5.5.1")
def test_claims_essential(rp: RelyingParty, adas_browser: Browser) -> None:
    place = "id_token" if rp.response_type == "id_token" else "userinfo"
    tokens = rp.log_in(adas_browser, claims=json.dumps({place: {"name": {"essential": True}}}))
    assert claims_given(rp, tokens)["name"] == ABOUT["profile"]["name"]
    assert ("name" in tokens.claims) == (place == "id_token")


@pytest.mark.conformance(
    *("oidcc-display-page", "oidcc-display-popup", "oidcc-ui-locales", "oidcc-claims-locales"),
    *("oidcc-login-hint", "oidcc-ensure-request-with-unknown-parameter-succeeds"),
)
@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_what_a_provider_may_ignore_is_no_error(rp: RelyingParty, browser: Browser) -> None:
    for parameters in (
        {"display": "page", "ui_locales": "se", "claims_locales": "se"},
        {"display": "popup", "login_hint": "somebody@else.example", "extra": "foobar"},
    ):
        rp.log_in(browser, **parameters)


@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_a_scope_that_is_not_understood_is_ignored(rp: RelyingParty, browser: Browser) -> None:
    rp.log_in(browser, scope="openid urn:example:nothing")


@pytest.mark.conformance("oidcc-ensure-request-with-acr-values-succeeds")
@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_acr_values(rp: RelyingParty, browser: Browser) -> None:
    wanted = rp.provider["acr_values_supported"]
    assert rp.log_in(browser, acr_values=" ".join(wanted)).claims["acr"] in wanted
    rp.log_in(browser, acr_values="urn:example:never-heard-of")


@pytest.mark.conformance("oidcc-prompt-login")
@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_prompt_login(rp: RelyingParty, browser: Browser) -> None:
    first = rp.log_in(browser)
    request = rp.request(prompt="login")
    callback, pages = rp.go_on(browser, rp.send(browser, request))
    assert "/login" in pages
    second = rp.collect(request, rp.check_callback(request, callback))
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] >= first.claims["auth_time"]


@pytest.mark.conformance("oidcc-max-age-1")
@pytest.mark.rfc("OIDC Core §2, §3.1.2.1")
def test_max_age_that_has_passed(rp: RelyingParty, browser: Browser) -> None:
    rp.log_in(browser)
    request = rp.request(max_age="0")  # what has passed without waiting for it
    callback, pages = rp.go_on(browser, rp.send(browser, request))
    assert "/login" in pages
    claims = rp.collect(request, rp.check_callback(request, callback)).claims
    assert claims["auth_time"] <= claims["iat"] < claims["auth_time"] + 60


@pytest.mark.conformance("oidcc-max-age-10000", "oidcc-prompt-none-logged-in", "oidcc-id-token-hint")
@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_a_recent_sign_in_is_enough(rp: RelyingParty, browser: Browser) -> None:
    first = rp.log_in(browser)
    for parameters in (
        {"max_age": "10000", "prompt": "none"},
        {"prompt": "none"},
        {"prompt": "none", "id_token_hint": first.id_token},
    ):
        request = rp.request(**parameters)
        callback = rp.read(rp.send(browser, request))
        assert callback is not None, "somebody was asked"
        again = rp.collect(request, rp.check_callback(request, callback))
        assert {again.claims[name] for name in ("sub", "auth_time")} == {
            first.claims[name] for name in ("sub", "auth_time")
        }


@pytest.mark.conformance("oidcc-prompt-none-not-logged-in")
@pytest.mark.rfc("OIDC Core §3.1.2.6")
def test_prompt_none_not_logged_in(rp: RelyingParty, browser: Browser) -> None:
    callback = rp.authorize(browser, prompt="none")
    assert callback.parameters["error"] in ("login_required", "interaction_required")


@pytest.mark.conformance("oidcc-ensure-post-request-succeeds")
@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_post_request(rp: RelyingParty, browser: Browser) -> None:
    request = rp.request()
    callback, _ = rp.go_on(browser, rp.send(browser, request, "POST"))
    rp.collect(request, rp.check_callback(request, callback))


@pytest.mark.conformance("oidcc-ensure-registered-redirect-uri")
@pytest.mark.rfc("OIDC Core §3.1.2.1")
def test_unregistered_redirect_uri(rp: RelyingParty, browser: Browser) -> None:
    page = rp.send(browser, rp.request(redirect_uri=rp.redirect_uri + "/other"))
    assert page.status_code == 400
    assert rp.read(page) is None
    assert "redirect_uri" in page.text


@has_code
@pytest.mark.conformance("oidcc-codereuse")
@pytest.mark.rfc("6749 §4.1.2")
def test_code_reuse(rp: RelyingParty, browser: Browser) -> None:
    tokens = rp.log_in(browser)
    again = rp.redeem(tokens.callback["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    token = tokens.token_response["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert rp.http.get(rp.provider["userinfo_endpoint"], headers=headers).status_code == 401


@has_code
@pytest.mark.conformance("oidcc-ensure-request-with-valid-pkce-succeeds")
@pytest.mark.rfc("7636 §4.6")
def test_pkce(rp: RelyingParty, browser: Browser) -> None:
    verifier, challenge = new_pkce(rp.http)
    callback = rp.authorize(browser, **challenge)
    assert rp.redeem(callback.parameters["code"]).status_code == 400
    assert rp.redeem(callback.parameters["code"], code_verifier=verifier).status_code == 200


@has_code
@pytest.mark.conformance("oidcc-refresh-token")
@pytest.mark.rfc("OIDC Core §11, §12.2")
def test_refresh_token(
    rp: RelyingParty, new_relying_party: Callable[..., RelyingParty], browser: Browser
) -> None:
    assert "offline_access" in rp.provider["scopes_supported"]
    tokens = rp.log_in(browser, scope="openid offline_access", prompt="consent")
    form = {"grant_type": "refresh_token", "refresh_token": tokens.token_response["refresh_token"]}
    stranger = new_relying_party(rp.response_type).at_token_endpoint(**form)
    assert stranger.json()["error"] == "invalid_grant"
    answer = rp.at_token_endpoint(**form)
    assert answer.status_code == 200, answer.text
    refreshed = Tokens(tokens.callback, answer.json())
    claims = jwt.decode(refreshed.id_token, rp.keys(), ["RS256"]).claims
    for name in ("iss", "sub", "aud", "auth_time"):
        assert claims[name] == tokens.claims[name]
    assert claims["iat"] >= tokens.claims["iat"]
    assert claims.get("nonce") in (None, tokens.claims["nonce"])
    refreshed.back_claims = claims
    rp.userinfo(refreshed)


@pytest.mark.conformance(
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-ensure-request-object-with-redirect-uri",
)
@pytest.mark.rfc("OIDC Core §6.1")
def test_unsigned_request_object(
    rp: RelyingParty, new_relying_party: Callable[..., RelyingParty], browser: Browser
) -> None:
    """Without having registered `none` a client is refused; with it, what stands in the object counts."""
    request = rp.request()
    unsigned = encode_unsigned(request)
    page = rp.send(browser, request | {"request": unsigned})
    callback = rp.read(page)
    assert callback is not None
    assert callback.parameters["error"] in ("invalid_request_object", "request_not_supported")
    registered = new_relying_party(rp.response_type, rp.response_mode, request_object_signing_alg="none")
    request = registered.request()
    around = request | {"redirect_uri": "https://rp.example/never-registered", "state": "not-this"}
    callback, _ = registered.go_on(
        browser, registered.send(browser, around | {"request": encode_unsigned(request)})
    )
    registered.collect(request, registered.check_callback(request, callback))


def test_every_plan_is_here(rp: RelyingParty) -> None:
    """What is advertised is what is tested."""
    advertised = {frozenset(kind.split()) for kind in rp.provider["response_types_supported"]}
    assert frozenset(rp.words) in advertised
    assert (rp.response_mode or rp.default_mode) in rp.provider["response_modes_supported"]
