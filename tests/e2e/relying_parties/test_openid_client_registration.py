"""openid-client registers itself, with keys of its own too, and signs in as what it was registered as."""

from functools import cache
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, RSAKey

from tests.e2e.browser import Browser
from tests.e2e.oauth_client import REDIRECT_URI
from tests.e2e.relying_parties.openid_client_process import (
    REQUEST,
    OpenidClient,
    RelyingPartyError,
    sign_in,
)

METADATA = {
    "client_name": "Registered itself",
    "redirect_uris": [REDIRECT_URI],
    "application_type": "native",
    "grant_types": ["authorization_code", "refresh_token"],
}


@cache
def private_key(algorithm: str) -> Key:
    """A new key for the algorithm, with its `kid`."""
    if algorithm in ("ES256", "ECDH-ES"):
        return ECKey.generate_key("P-256", auto_kid=True)
    return RSAKey.generate_key(2048, auto_kid=True)


def key_of(algorithm: str) -> dict[str, Any]:
    """The private key as the relying party is told of it."""
    return {"alg": algorithm, "jwk": private_key(algorithm).as_dict(private=True)}


def jwks_of(algorithm: str, use: str) -> dict[str, Any]:
    """The public key as it is registered."""
    return {"keys": [private_key(algorithm).as_dict(private=False) | {"use": use, "alg": algorithm}]}


@pytest.mark.rfc("OIDC Registration §3, 7591 §3")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "client_secret_jwt", "none"])
def test_what_it_asks_for_is_what_it_is(relying_party: OpenidClient, person: Browser, method: str) -> None:
    wanted = METADATA | {"token_endpoint_auth_method": method}
    registered = relying_party.register(wanted, method=method)
    assert {name: registered[name] for name in wanted} == wanted
    assert ("client_secret" in registered) == (method != "none")
    answer = sign_in(relying_party, person)
    assert answer["claims"]["aud"] == registered["client_id"]
    assert relying_party.do("refresh")["claims"]["sub"] == answer["claims"]["sub"]


@pytest.mark.rfc("OIDC Registration §3.3")
def test_what_is_wrong_with_it_is_told(relying_party: OpenidClient) -> None:
    with pytest.raises(RelyingPartyError, match="invalid_redirect_uri"):
        relying_party.register(METADATA | {"redirect_uris": ["javascript:alert(1)"]})


@pytest.mark.rfc("OIDC Core §9")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
def test_private_key_jwt(relying_party: OpenidClient, person: Browser, algorithm: str) -> None:
    method = {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": algorithm}
    jwks = {"jwks": jwks_of(algorithm, "sig")}
    relying_party.register(METADATA | method | jwks, method="private_key_jwt", key=key_of(algorithm))
    sign_in(relying_party, person)
    assert relying_party.do("refresh")["claims"]


@pytest.mark.rfc("OIDC Core §6.1, 9101 §5.1")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
def test_signed_request_object(relying_party: OpenidClient, person: Browser, algorithm: str) -> None:
    signing = {"request_object_signing_alg": algorithm, "jwks": jwks_of(algorithm, "sig")}
    relying_party.register(METADATA | signing, key=key_of(algorithm))
    url = relying_party.do("request", parameters=REQUEST, signed=True)
    assert "nonce=" not in url
    answer = relying_party.do("answer", url=person.visit_for_client(url))
    assert relying_party.do("userinfo", sub=answer["claims"]["sub"])["preferred_username"] == person.username


@pytest.mark.rfc("OIDC Core §10.2, §16.14")
@pytest.mark.parametrize("algorithm", ["RSA-OAEP-256", "ECDH-ES"])
def test_encrypted_id_token_and_userinfo(
    relying_party: OpenidClient, person: Browser, algorithm: str
) -> None:
    encryption = {
        "jwks": jwks_of(algorithm, "enc"),
        "id_token_encrypted_response_alg": algorithm,
        "id_token_encrypted_response_enc": "A256GCM",
        "userinfo_signed_response_alg": "RS256",
        "userinfo_encrypted_response_alg": algorithm,
        "userinfo_encrypted_response_enc": "A256GCM",
    }
    relying_party.register(METADATA | encryption)
    relying_party.do("decrypt", key=key_of(algorithm))
    answer = sign_in(relying_party, person)
    assert answer["tokens"]["id_token"].count(".") == 4
    assert relying_party.do("userinfo", sub=answer["claims"]["sub"])["preferred_username"] == person.username


@pytest.mark.rfc("OIDC Core §8.1")
def test_pairwise_subjects_differ(gateway, relying_party: OpenidClient, person: Browser) -> None:
    subjects = set()
    for host in ("one", "two"):
        redirect_uri = f"https://{host}.example/callback"
        relying_party.register(
            {"redirect_uris": [redirect_uri], "subject_type": "pairwise", "client_name": host}
        )
        answer = sign_in(relying_party, person, redirect_uri=redirect_uri)
        assert relying_party.do("userinfo", sub=answer["claims"]["sub"])
        subjects.add(answer["claims"]["sub"])
    assert len(subjects) == 2
