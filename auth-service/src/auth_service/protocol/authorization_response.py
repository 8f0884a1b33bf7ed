"""Authorization responses (RFC 6749 §4.1.2, RFC 9207 §2): what the client is told, and in which response mode.

OAuth Multiple Response Types §2.1 has `query` and `fragment`, OAuth Form Post §2 `form_post`.
"""

from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.redirect_uri import with_parameters
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.response_type import normalise

#: Characters, as `state` stands in a URL. The gateway takes 32 KiB of headers (`proxy_buffer_size`): beside a redirect
#: URI of 2048, the longest nonce in an encrypted id_token and an access token this leaves room.
MAX_STATE = 8 * 1024

QUERY, FRAGMENT, FORM_POST = MODES = ("query", "fragment", "form_post")


@dataclass(frozen=True)
class AuthorizationResponse:
    """Parameters for a redirect URI that is known to be the client's."""

    redirect_uri: str
    mode: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def location(self) -> str:
        """Where to redirect under `query` and `fragment`."""
        if self.mode == FRAGMENT:
            return f"{self.redirect_uri}#{urlencode(self.parameters)}"
        return with_parameters(self.redirect_uri, self.parameters)


def response_to(request: OAuthRequest, parameters: dict[str, str], issuer: str) -> AuthorizationResponse:
    """The answer with these parameters, `state` and `iss` (RFC 9207 §2), errors included.

    A `state` that is too long is left out: it came with what `check_state` refuses.
    """
    if request.validated_redirect_uri is None:
        raise InvalidRequest("There is no redirect URI to answer at")
    state = request.get("state")
    common = [("iss", issuer), ("state", state)] if state and fits(state) else [("iss", issuer)]
    return AuthorizationResponse(
        request.validated_redirect_uri, response_mode(request), (*parameters.items(), *common)
    )


def check_state(request: OAuthRequest) -> None:
    """That it can be sent back (RFC 6749 §4.1.2): one that is posted here may be longer than what a redirect holds."""
    if not fits(request.get("state") or ""):
        raise InvalidRequest(f"state is longer than {MAX_STATE} characters of a URL")


def fits(state: str) -> bool:
    """Whether an answer can hold it."""
    return len(quote_plus(state)) <= MAX_STATE


def check_response_mode(request: OAuthRequest) -> None:
    """OAuth Multiple Response Types §2.1, §5: a known mode, and no token in a query, which ends up in logs."""
    asked = request.get("response_mode")
    if asked is None:
        return
    if asked not in MODES:
        raise InvalidRequest("response_mode is not supported")
    if response_mode(request) != asked:
        raise InvalidRequest("response_mode cannot be used with this response_type and redirect_uri")


def response_mode(request: OAuthRequest) -> str:
    """The mode that was asked for where it can be used, else the response type's default.

    This holds for errors too, even while it is not known yet whether the rest of the request is any good.
    """
    words = normalise(request.get("response_type") or "").split(" ")
    carries_token = "token" in words or "id_token" in words
    asked = request.get("response_mode")
    if asked == FRAGMENT or (asked == QUERY and not carries_token):
        return asked
    if asked == FORM_POST and _can_be_posted_to(request.validated_redirect_uri):
        return FORM_POST
    return FRAGMENT if carries_token else QUERY


def _can_be_posted_to(redirect_uri: str | None) -> bool:
    """Whether a form reaches it: an app behind a scheme of its own gets addresses, not posts."""
    return (redirect_uri or "").startswith(("https://", "http://"))
