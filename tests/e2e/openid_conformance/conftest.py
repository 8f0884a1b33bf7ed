"""Relying parties of every kind, and a person about whom everything is known."""

import os
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.admin import AdminApi
from tests.e2e.browser import Browser
from tests.e2e.gateway import Gateway
from tests.e2e.openid_conformance.documents import Documents, serve_documents
from tests.e2e.openid_conformance.relying_party import RelyingParty

#: OIDC Core §5.1, by the scope that asks for them.
ABOUT = {
    "profile": {
        "name": "Ada King",
        "given_name": "Ada",
        "family_name": "King",
        "middle_name": "Augusta",
        "nickname": "ada",
        "profile": "https://people.example/ada",
        "picture": "https://people.example/ada.png",
        "website": "https://ada.example",
        "gender": "female",
        "birthdate": "1815-12-10",
        "zoneinfo": "Europe/London",
        "locale": "en-GB",
    },
    "email": {"email": "ada@people.example", "email_verified": True},
    "address": {"address": {"locality": "London", "country": "United Kingdom"}},
    "phone": {"phone_number": "+442071838750", "phone_number_verified": True},
}

RESPONSE_TYPES = (
    "code",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
)
#: The plans Basic, Implicit and Hybrid, and the same with Form Post.
PLANS = [(kind, mode) for kind in RESPONSE_TYPES for mode in (None, "form_post")]


@pytest.fixture(scope="session")
def new_relying_party(gateway: Gateway) -> Callable[..., RelyingParty]:
    """A function that registers a relying party."""
    return lambda *arguments, **metadata: RelyingParty(gateway, *arguments, **metadata)


@pytest.fixture(
    scope="session", params=PLANS, ids=lambda plan: f"{plan[0].replace(' ', '+')}-{plan[1] or 'default'}"
)
def rp(request: pytest.FixtureRequest, new_relying_party: Callable[..., RelyingParty]) -> RelyingParty:
    """A relying party of each plan."""
    return new_relying_party(*request.param)


@pytest.fixture(scope="session")
def documents() -> Iterator[Documents]:
    """What relying parties publish. Containers have a loopback address of their own, and cannot fetch from ours."""
    if os.environ.get("GATEHOUSE_E2E") == "docker":
        pytest.skip("the relying party is on this machine's loopback address, the system is not")
    with serve_documents() as served:
        yield served


@pytest.fixture(scope="session")
def ada(admin: AdminApi) -> dict[str, Any]:
    """A person with every claim."""
    known = {name: value for claims in ABOUT.values() for name, value in claims.items()}
    return admin.create_user(
        username=f"ada-{secrets.token_hex(4)}", profile_url=known.pop("profile"), **known
    )


@pytest.fixture
def adas_browser(ada: dict[str, Any], new_browser: Callable[..., Browser]) -> Browser:
    """Her browser."""
    return new_browser(ada["username"])


@pytest.fixture
def rotate_signing_keys(admin: AdminApi) -> Callable[[], None]:
    """A function that publishes the next signing keys."""

    def rotate() -> None:
        assert admin.call("POST", "/signing-keys/rotate").status_code == 200

    return rotate
