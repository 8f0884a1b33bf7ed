"""Every operation that an OpenAPI document describes keeps its word, whatever is sent: schemathesis makes it up.

Checked of each answer: no server error; a status, a content type and a body that the document has for it; what does
not fit the document is refused; and nothing is given without the token that the document asks for.
"""

from collections.abc import Callable, Iterator

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.e2e.admin import AdminApi
from tests.e2e.gateway import TIMEOUT, Gateway, bearer
from tests.e2e.oauth_client import OAuthClient

#: Few for each operation and mode: all of them together are thousands of requests already.
few = settings(
    max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def operations(gateway: Gateway, path: str) -> Iterator[APIOperation]:
    """What the document at that path describes."""
    schema = schemathesis.openapi.from_dict(gateway.get(path).json())
    for found in schema.get_all_operations():
        yield found.ok()


def broken_promises(gateway: Gateway, path: str, headers: dict[str, str]) -> list[str]:
    """What the operations do that the document does not say; a line each."""
    return [
        f"{operation.label} ({mode.value}): {error}"
        for operation in operations(gateway, path)
        for mode in GenerationMode
        if (error := first_fault(operation, mode, gateway, headers))
    ]


def first_fault(
    operation: APIOperation, mode: GenerationMode, gateway: Gateway, headers: dict[str, str]
) -> str | None:
    """The first thing found to be wrong with an operation, or None."""

    @few
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Case) -> None:
        answer = case.call(base_url=gateway.url, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        if answer.status_code != 413:  # the gateway's bound on bodies comes before what any schema says
            # A schema cannot say that a cursor is one of ours, or that two members must fit.
            case.validate_response(answer, excluded_checks=[positive_data_acceptance])

    try:
        call()
    except Unsatisfiable:  # nothing can be sent that breaks the rules of an operation without parameters
        return None
    except FailureGroup as error:
        return error.message
    return None


def test_admin_api(gateway: Gateway, admin: AdminApi) -> None:
    assert broken_promises(gateway, "/admin-api/v1/openapi.json", admin.headers) == []


def test_resource_api(gateway: Gateway, demo_client: Callable[[str], OAuthClient]) -> None:
    token = demo_client("demo-service").tokens("client_credentials")["access_token"]
    assert broken_promises(gateway, "/api/openapi.json", bearer(token)) == []


def test_registration_api(gateway: Gateway) -> None:
    """Each client that is made up by chance is at once asked for with its own token."""
    answer = gateway.post("/oauth/register", json={"redirect_uris": ["https://app.example/callback"]})
    assert answer.status_code == 201
    token = answer.json()["registration_access_token"]
    assert broken_promises(gateway, "/oauth/openapi.json", bearer(token)) == []
