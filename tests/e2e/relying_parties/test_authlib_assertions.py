"""authlib's client authenticates with signed assertions instead of sending its secret."""

from functools import cache
from typing import Any

import pytest
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from joserfc.jwk import ECKey, Key, RSAKey

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.relying_parties.authlib_session import sign_in
from tests.e2e.relying_parties.received_id_token import check


@pytest.mark.rfc("OIDC Core §9")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
def test_private_key_jwt(
    register, connect, gateway: Gateway, metadata: dict[str, Any], person: Browser, algorithm: str
) -> None:
    key = private_key(algorithm)
    client = register(
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg=algorithm,
        jwks={"keys": [key.as_dict(private=False)]},
    )
    session = connect(client)
    session.client_secret = key
    session.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"], alg=algorithm))
    tokens = sign_in(session, metadata, person, "n")
    check(gateway, tokens["id_token"], client.client_id, "n", "RS256")


@pytest.mark.rfc("OIDC Core §9")
def test_client_secret_jwt(register, connect, gateway: Gateway, metadata: dict[str, Any], person) -> None:
    client = register(token_endpoint_auth_method="client_secret_jwt")
    session = connect(client)
    session.register_client_auth_method(ClientSecretJWT(metadata["token_endpoint"]))
    tokens = sign_in(session, metadata, person, "n")
    check(gateway, tokens["id_token"], client.client_id, "n", "RS256")


@cache
def private_key(algorithm: str) -> Key:
    """A new key for the algorithm, with its `kid`."""
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", auto_kid=True)
    return RSAKey.generate_key(2048, auto_kid=True)
