"""What OpenID Connect adds to an authorization request (OIDC Core §3.1.2.1): how, as whom and how recently the
person is to be signed in. `interaction` decides by it what they must do.
"""

from typing import TYPE_CHECKING, Any

from auth_service.models import Grant, User
from auth_service.protocol import acr, claims_request
from auth_service.protocol.client_metadata import MAX_AGE_LIMIT
from auth_service.protocol.errors import (
    InvalidRequest,
    RegistrationNotSupported,
    UnmetAuthenticationRequirements,
)
from auth_service.protocol.id_token import read_hint
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.standard_claims import requested_values

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

#: Kept with the request; `ui_locales` is accepted and does nothing yet: the pages speak English.
PARAMETERS = (
    "nonce",
    "display",
    "prompt",
    "max_age",
    "ui_locales",
    "claims_locales",
    "login_hint",
    "acr_values",
    "claims",
)

NONE, LOGIN, CONSENT, SELECT_ACCOUNT = PROMPTS = ("none", "login", "consent", "select_account")
#: The pages fit every width and need no script, so each of these gets the same.
DISPLAYS = ("page", "popup", "touch", "wap")
UI_LOCALES = ("en",)
#: More than any 64 bits give; no session is as old as even a few of them say.
_MAX_DIGITS = 20
#: Bytes. As JSON in a JWT in a JWE it may become ten times as long, and `authorization_response` counts on no more.
MAX_NONCE = 1024


def check(server: "AuthorizationServer", request: OAuthRequest) -> None:
    """Check the parameters; sets what `request` has of them. Raises ProtocolError."""
    if request.get("registration") is not None:
        raise RegistrationNotSupported("registration is for self-issued providers")
    check_prompt(request)
    check_max_age(request)
    check_nonce(request)
    if request.get("display") not in (None, *DISPLAYS):
        raise InvalidRequest("display has a value that is not known")
    request.claims = claims_request.parse(request.get("claims"))
    check_essential_acr(request)
    if (hint := request.get("id_token_hint")) is not None:
        request.hinted_subject = read_hint(server, request.client, hint)["sub"]
    request.expected_subjects = expected_subjects(request)


def prompts(request: OAuthRequest) -> set[str]:
    """The values of `prompt`."""
    return set((request.get("prompt") or "").split())


def check_prompt(request: OAuthRequest) -> None:
    """Known values; `none` stands alone."""
    asked = prompts(request)
    if not asked <= set(PROMPTS):
        raise InvalidRequest("prompt has a value that is not known")
    if NONE in asked and len(asked) > 1:
        raise InvalidRequest("prompt=none cannot be combined with other values")


def check_max_age(request: OAuthRequest) -> None:
    """Seconds, a whole number, however great."""
    given = request.get("max_age")
    if given is not None and not (given.isascii() and given.isdigit() and len(given) <= _MAX_DIGITS):
        raise InvalidRequest("max_age must be a whole number of seconds")


def check_nonce(request: OAuthRequest) -> None:
    """OIDC Core §15.5.2: any value, which comes back in an id_token, that must fit into a redirect."""
    if len((request.get("nonce") or "").encode()) > MAX_NONCE:
        raise InvalidRequest(f"nonce is longer than {MAX_NONCE} bytes")


def max_age(request: OAuthRequest) -> int | None:
    """Seconds since the sign-in at most: as asked, else as registered (OIDC Registration §2), else None."""
    given = request.get("max_age")
    return request.client.default_max_age if given is None else min(int(given), MAX_AGE_LIMIT)


def check_essential_acr(request: OAuthRequest) -> None:
    """OIDC Core §5.5.1.1: an essential `acr` that cannot be reached is a failed sign-in.

    `acr_values` and `default_acr_values` are wishes: what was reached is told, and the client judges.
    """
    asked = request.claims.id_token.get("acr", {})
    wanted = requested_values(asked)
    if asked.get("essential") and wanted and not any(value in acr.SUPPORTED for value in wanted):
        raise UnmetAuthenticationRequirements("No sign-in at this server reaches a requested acr")


def expected_subjects(request: OAuthRequest) -> list[list[Any]]:
    """The subjects of which it must be one, by `id_token_hint` and by a `sub` in `claims` (OIDC Core §5.5.1).

    These are subjects as the client knows them; each list is a condition of its own.
    """
    by_hint = [request.hinted_subject] if request.hinted_subject is not None else []
    by_claim = requested_values(request.claims.id_token.get("sub", {}))
    return [subjects for subjects in (by_hint, by_claim) if subjects]


def login_name(request: OAuthRequest) -> str | None:
    """Whom the sign-in page is to expect: the name of whom the client hints at, or what it gave as `login_hint`.

    A subject is turned into a name for those only who may see it anyway: the page can be fetched by anyone.
    """
    subject, client = request.hinted_subject, request.client
    if subject is not None and client.subject_type != "pairwise":
        user = User.load(subject)
        if user is not None and Grant.covers(user.id, client.client_id, ["profile"]):
            return user.username
    return request.get("login_hint")
