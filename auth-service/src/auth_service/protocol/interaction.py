"""What the person must do before a request can be answered (OIDC Core §3.1.2.3, §3.1.2.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auth_service.models import Grant, User
from auth_service.protocol import authentication_request
from auth_service.protocol.authentication_request import prompts
from auth_service.protocol.errors import AccessDenied, ConsentRequired, InteractionRequired, LoginRequired
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.scope import permitted_to
from auth_service.protocol.subject import subject_for

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

LOGIN = "login"
SELECT_ACCOUNT = "select_account"
CONSENT = "consent"


@dataclass(frozen=True)
class Visit:
    """Who is at the browser: since when they are signed in, and since when the client waits."""

    user: User | None
    auth_time: datetime | None
    requested_at: datetime
    #: They signed in for this very request, which was kept meanwhile, in this browser.
    has_just_signed_in: bool = False
    #: The subject that they said they want to go on as.
    chosen_sub: str | None = None


def required_interaction(server: "AuthorizationServer", request: OAuthRequest, visit: Visit) -> str | None:
    """LOGIN, SELECT_ACCOUNT, CONSENT, or None when the request can be answered at once.

    Raises LoginRequired, ConsentRequired or InteractionRequired where `prompt=none` forbids to ask, AccessDenied
    where the person has nothing to give.
    """
    if visit.user is None or visit.auth_time is None:
        return _sign_in(request, "Nobody is signed in")
    if not is_expected(server, request, visit.user):
        if visit.has_just_signed_in:  # asking again would not end: OIDC Core §3.1.2.1, `id_token_hint`
            raise LoginRequired("Another user is signed in than the client asked for")
        return _sign_in(request, "Another user is signed in than the client asked for")
    if "select_account" in prompts(request) and not has_chosen(visit):
        return SELECT_ACCOUNT
    if not is_recent(request, visit):
        return _sign_in(request, "The user did not sign in recently enough")
    return _consent(request, visit.user)


def is_expected(server: "AuthorizationServer", request: OAuthRequest, user: User) -> bool:
    """OIDC Core §3.1.2.2: never somebody else than the one whom the client named, by the subject it knows."""
    if not request.expected_subjects:
        return True
    subject = subject_for(server, request.client, user.id)
    return all(subject in subjects for subjects in request.expected_subjects)


def has_chosen(visit: Visit) -> bool:
    """Whether the account is the person's choice for this request."""
    return visit.has_just_signed_in or (visit.user is not None and visit.chosen_sub == visit.user.id)


def is_recent(request: OAuthRequest, visit: Visit) -> bool:
    """Whether the sign-in satisfies `prompt=login` and `max_age`, of which 0 means the same."""
    max_age = authentication_request.max_age(request)
    if "login" in prompts(request) or max_age == 0:
        return visit.has_just_signed_in
    if max_age is None or visit.auth_time is None:
        return True
    return visit.auth_time >= visit.requested_at - timedelta(seconds=max_age)


def asked_of(request: OAuthRequest, user: User) -> list[str]:
    """What the person is to allow: the scope that is theirs to give, and claims asked for beyond it."""
    scope = permitted_to(user, request.scope)
    return [*scope, *(request.claims.beyond(scope) if "openid" in scope else [])]


def has_consent(request: OAuthRequest, user: User) -> bool:
    """Whether the person has allowed all of it before."""
    return request.client.consent_required is False or Grant.covers(
        user.id, request.client.client_id, asked_of(request, user)
    )


def may_be_posed_as(request: OAuthRequest) -> bool:
    """RFC 8252 §8.6: a public client whose redirect URI anyone's program could answer is asked about each time."""
    client = request.client
    public = client.is_public and client.consent_required is not False
    return public and not (request.validated_redirect_uri or "").startswith("https://")


def _sign_in(request: OAuthRequest, reason: str) -> str:
    if "none" in prompts(request):
        raise LoginRequired(reason)
    return LOGIN


def _consent(request: OAuthRequest, user: User) -> str | None:
    if request.scope and not permitted_to(user, request.scope):
        raise AccessDenied("None of the requested scope is this user's to give")
    consent, asked_each_time = has_consent(request, user), may_be_posed_as(request)
    if "none" in prompts(request):
        if not consent:
            raise ConsentRequired("The user has not allowed this client all that it asks for")
        if asked_each_time:
            raise InteractionRequired("The user is asked each time about a client that others can pose as")
    return None if consent and not asked_each_time and "consent" not in prompts(request) else CONSENT
