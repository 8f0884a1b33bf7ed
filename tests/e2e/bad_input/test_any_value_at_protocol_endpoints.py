"""Every parameter of every endpoint in the metadata gets every value that it does not expect: no 500."""

from collections.abc import Iterator

import pytest
import requests

from tests.e2e.bad_input.answers import faults
from tests.e2e.bad_input.endpoints import FOR_BROWSERS, PROTOCOL, protocol_endpoints
from tests.e2e.bad_input.nasty_values import FORM, encode, every_value
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import DEVICE_CODE, REDIRECT_URI, OAuthClient

GRANTS = {
    "password": {"username": "somebody", "password": "valid"},
    "client_credentials": {"scope": "profile"},
    "refresh_token": {"refresh_token": "grt_unknown"},
    "authorization_code": {"code": "gac_unknown", "code_verifier": "x" * 43, "redirect_uri": REDIRECT_URI},
    DEVICE_CODE: {"device_code": "gdc_unknown"},
}


def test_every_endpoint_of_the_metadata_is_tried(gateway: Gateway) -> None:
    assert set(protocol_endpoints(gateway)) == set(PROTOCOL)


@pytest.mark.rfc("6749 §4.1.2.1")
@every_value
def test_those_for_browsers(
    gateway: Gateway, web_app: OAuthClient, browser: Browser, value: str | bytes
) -> None:
    browser.sign_in()
    request, _ = web_app.authorization(state="s")

    def answers() -> Iterator[tuple[str, requests.Response]]:
        for endpoint in FOR_BROWSERS:
            url = protocol_endpoints(gateway)[endpoint]
            for name in PROTOCOL[endpoint]:
                parameters = {key: given for key, given in request.items() if key in PROTOCOL[endpoint]}
                query = encode(parameters | {name: value})
                yield f"GET {url} {name}", browser.http.get(f"{url}?{query}")
                yield f"POST {url} {name}", browser.http.post(url, data=query, headers=FORM)

    assert faults(answers()) == []


@pytest.mark.rfc("6749 §5.2; 7009 §2.2.1; 7662 §2.3")
@every_value
def test_those_for_programs(gateway: Gateway, web_app: OAuthClient, value: str | bytes) -> None:
    auth = (web_app.client_id, web_app.secret or "")

    def answers() -> Iterator[tuple[str, requests.Response]]:
        for endpoint, names in PROTOCOL.items():
            if endpoint in FOR_BROWSERS:
                continue
            url = protocol_endpoints(gateway)[endpoint]
            for name in names:
                form = {"grant_type": "client_credentials", "token": "unknown", name: value}
                answer = gateway.post(url, data=encode(form), headers=FORM, auth=auth)
                yield f"POST {url} {name}, authenticated", answer
            everything = encode(dict.fromkeys(names, value))
            yield f"POST {url}", gateway.post(url, data=everything, headers=FORM)
            yield f"GET {url}", gateway.get(f"{url}?{everything}")

    assert faults(answers()) == []


@pytest.mark.rfc("6749 §5.2")
@every_value
def test_every_grant(gateway: Gateway, register, value: str | bytes) -> None:
    client = register(grant_types=list(GRANTS))
    auth = (client.client_id, client.secret or "")

    def answers() -> Iterator[tuple[str, requests.Response]]:
        for grant, parameters in GRANTS.items():
            for name in {**parameters, "scope": "", "unheard_of": ""}:
                form = encode({"grant_type": grant} | parameters | {name: value})
                yield f"{grant} {name}", gateway.post("/oauth/token", data=form, headers=FORM, auth=auth)

    assert faults(answers()) == []
