"""What the person must do before a request can be answered (OIDC Core §3.1.2.3, §3.1.2.4)."""

from datetime import datetime, timedelta

from auth_service.models import Grant, User
from auth_service.protocol.errors import AccessDenied, ConsentRequired, LoginRequired
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.scope import permitted_to

LOGIN = "login"
CONSENT = "consent"


def required_interaction(
    request: OAuthRequest, user: User | None, auth_time: datetime | None, requested_at: datetime
) -> str | None:
    """LOGIN, CONSENT, or None when the request can be answered at once.

    Raises LoginRequired or ConsentRequired where `prompt=none` forbids to ask, AccessDenied where the person
    has nothing to give.
    """
    prompts = (request.get("prompt") or "").split()
    if user is None or auth_time is None or not is_recent(request, prompts, auth_time, requested_at):
        if "none" in prompts:
            raise LoginRequired("Nobody is signed in, or not recently enough")
        return LOGIN
    scope = permitted_to(user, request.scope)
    if request.scope and not scope:
        raise AccessDenied("None of the requested scope is this user's to give")
    if "consent" in prompts or not has_consent(request, user, scope):
        if "none" in prompts:
            raise ConsentRequired("The user has not allowed this client all of the requested scope")
        return CONSENT
    return None


def is_recent(request: OAuthRequest, prompts: list[str], auth_time: datetime, requested_at: datetime) -> bool:
    """Whether the sign-in satisfies `prompt` and `max_age`."""
    if ("login" in prompts or "select_account" in prompts) and auth_time < requested_at:
        return False
    max_age = request.get("max_age")
    return max_age is None or auth_time >= requested_at - timedelta(seconds=int(max_age))


def has_consent(request: OAuthRequest, user: User, scope: list[str]) -> bool:
    """Whether the person need not be asked again.

    A public client whose redirect URI anyone's program could answer is asked about each time (RFC 8252 §8.6).
    """
    client = request.client
    if client.consent_required is False:
        return True
    if client.is_public and not (request.validated_redirect_uri or "").startswith("https://"):
        return False
    return Grant.covers(user.id, client.client_id, scope)
