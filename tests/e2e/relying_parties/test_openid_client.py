"""openid-client: discovery, registration, each flow that it has, and all that it checks by itself."""

import pytest

from tests.e2e.browser import Browser
from tests.e2e.oauth_client import DEVICE_CODE, OAuthClient
from tests.e2e.relying_parties.openid_client_process import REQUEST, OpenidClient, RelyingPartyError, sign_in

DEVICE = {"grant_types": [DEVICE_CODE, "refresh_token"], "response_types": [], "redirect_uris": []}


@pytest.mark.rfc("OIDC Core §3.1, OIDC Discovery §4.3")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_code_flow(register, relying_party: OpenidClient, person: Browser, method: str) -> None:
    relying_party.discover(register(token_endpoint_auth_method=method))
    answer = sign_in(relying_party, person, max_age="600")
    userinfo = relying_party.do("userinfo", sub=answer["claims"]["sub"])
    assert userinfo["preferred_username"] == person.username


@pytest.mark.rfc("OIDC Core §12")
def test_refresh(web_app: OAuthClient, relying_party: OpenidClient, person: Browser) -> None:
    relying_party.discover(web_app)
    first = sign_in(relying_party, person)
    second = relying_party.do("refresh")
    assert second["claims"]["sub"] == first["claims"]["sub"]
    assert second["tokens"]["access_token"] != first["tokens"]["access_token"]


@pytest.mark.rfc("7009 §2, 7662 §2")
def test_introspection_and_revocation(
    web_app: OAuthClient, relying_party: OpenidClient, person: Browser
) -> None:
    relying_party.discover(web_app)
    token = sign_in(relying_party, person)["tokens"]["access_token"]
    assert relying_party.do("introspect", token=token)["active"] is True
    relying_party.do("revoke", token=token)
    assert relying_party.do("introspect", token=token)["active"] is False


@pytest.mark.rfc("OIDC Core §3.1.2.6")
def test_a_refusal_arrives_as_its_error(
    web_app: OAuthClient, relying_party: OpenidClient, person: Browser
) -> None:
    relying_party.discover(web_app)
    url = relying_party.do("request", parameters=REQUEST)
    with pytest.raises(RelyingPartyError, match="access_denied"):
        relying_party.do("answer", url=person.visit_for_client(url, decision="deny"))


@pytest.mark.rfc("9207 §2.4")
def test_it_would_notice_the_answer_of_another_issuer(
    web_app: OAuthClient, relying_party: OpenidClient, person: Browser
) -> None:
    relying_party.discover(web_app)
    answer = person.visit_for_client(relying_party.do("request", parameters=REQUEST))
    with pytest.raises(RelyingPartyError, match="iss"):
        relying_party.do("answer", url=answer.replace("iss=http", "iss=https"))


@pytest.mark.rfc("OIDC Core §10.1")
@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_id_tokens_in_each_algorithm(
    register, relying_party: OpenidClient, person: Browser, algorithm: str
) -> None:
    metadata = {"id_token_signed_response_alg": algorithm}
    relying_party.discover(register(**metadata), metadata=metadata)
    assert sign_in(relying_party, person)["claims"]["sub"]


@pytest.mark.rfc("OIDC Core §3.2")
def test_implicit_flow(register, relying_party: OpenidClient, person: Browser) -> None:
    client = register(grant_types=["implicit"], response_types=["id_token"], application_type="native")
    relying_party.discover(client, use="id_token")
    assert sign_in(relying_party, person)["claims"]["aud"] == client.client_id


@pytest.mark.rfc("OIDC Core §3.3")
def test_hybrid_flow(register, relying_party: OpenidClient, person: Browser) -> None:
    client = register(
        grant_types=["authorization_code", "implicit", "refresh_token"],
        response_types=["code id_token"],
        application_type="native",
    )
    relying_party.discover(client, use="code id_token")
    answer = sign_in(relying_party, person)
    assert relying_party.do("userinfo", sub=answer["claims"]["sub"])["preferred_username"] == person.username


@pytest.mark.rfc("8628 §3.1, §3.4")
@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_device_flow(register, relying_party: OpenidClient, person: Browser, method: str) -> None:
    metadata = DEVICE | {"token_endpoint_auth_method": method}
    relying_party.discover(register(**metadata), metadata=metadata)
    codes = relying_party.do("device", parameters={"scope": "openid profile"})
    person.decide_for_device(codes["user_code"])
    answer = relying_party.do("poll", interval=0)  # it would wait before it asks for the first time
    assert answer["claims"]["auth_time"]
    userinfo = relying_party.do("userinfo", sub=answer["claims"]["sub"])
    assert userinfo["preferred_username"] == person.username
    assert relying_party.do("refresh")["claims"]["sub"] == answer["claims"]["sub"]


@pytest.mark.rfc("8628 §3.5")
def test_a_device_that_is_denied(device: OAuthClient, relying_party: OpenidClient, person: Browser) -> None:
    relying_party.discover(device)
    codes = relying_party.do("device", parameters={"scope": "openid profile"})
    person.decide_for_device(codes["user_code"], "deny")
    with pytest.raises(RelyingPartyError, match="access_denied"):
        relying_party.do("poll", interval=0)


@pytest.mark.rfc("OIDC RP-Initiated Logout §2")
def test_logout(register, relying_party: OpenidClient, person: Browser) -> None:
    goodbye = "http://127.0.0.1:4600/goodbye"
    relying_party.discover(register(post_logout_redirect_uris=[goodbye]))
    sign_in(relying_party, person)
    url = relying_party.do("logout_url", parameters={"post_logout_redirect_uri": goodbye, "state": "a-state"})
    assert person.visit_for_client(url) == f"{goodbye}?state=a-state"
    url = relying_party.do("request", parameters=REQUEST | {"prompt": "none"})
    with pytest.raises(RelyingPartyError, match="login_required"):
        relying_party.do("answer", url=person.visit_for_client(url))
