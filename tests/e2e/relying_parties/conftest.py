"""What the relying parties read before they begin, and the person who uses them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from authlib.integrations.requests_client import OAuth2Session

from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.oauth_client import OAuthClient
from tests.e2e.relying_parties.authlib_session import new_session
from tests.e2e.relying_parties.openid_client_process import OpenidClient


@pytest.fixture(scope="session")
def metadata(gateway: Gateway) -> dict[str, Any]:
    """The provider's metadata (OIDC Discovery §3): the only address that a client is told is the issuer."""
    return gateway.get("/.well-known/openid-configuration").json()


@pytest.fixture
def person(new_browser) -> Browser:
    """The browser of somebody who was never here before."""
    return new_browser()


@pytest.fixture
def connect(metadata: dict[str, Any]) -> Iterator[Callable[..., OAuth2Session]]:
    """A function that makes authlib's session for a registered client, with more of its options."""
    made: list[OAuth2Session] = []

    def make(client: OAuthClient, **options: Any) -> OAuth2Session:
        made.append(new_session(client, metadata, **options))
        return made[-1]

    yield make
    for session in made:
        session.close()


@pytest.fixture
def relying_party(gateway: Gateway) -> Iterator[OpenidClient]:
    """An openid-client that knows nothing yet."""
    with OpenidClient(gateway.url, gateway.used_secrets) as started:
        yield started
