"""Sign-out that a relying party asks for (OIDC RP-Initiated Logout 1.0): who asks, for whom, and where to go then."""

from typing import TYPE_CHECKING, Any

from authlib.oidc.rpinitiated import EndSessionEndpoint as AuthlibEndSessionEndpoint
from authlib.oidc.rpinitiated import EndSessionRequest

from auth_service.models import User
from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.errors import InvalidClient, InvalidRequest
from auth_service.protocol.id_token import read_hint
from auth_service.protocol.redirect_uri import is_safe_to_redirect, with_parameters
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.subject import sid_for, subject_for

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer


class EndSessionEndpoint(AuthlibEndSessionEndpoint):
    """`/oauth/logout`: Authlib puts the checks in order; ending the browser's session is `web`'s."""

    def validate_request(self, request: OAuthRequest) -> EndSessionRequest:
        """§2, §3: which client, which hint, and where to go afterwards. Raises OAuth2Error."""
        request.reject_repeated()
        if (client_id := request.get("client_id")) is not None:
            request.client = self.server.query_client(client_id)
            if request.client is None:
                raise InvalidClient(
                    "no such client, or it is disabled", "The client is not known to this server"
                )
        asked = super().validate_request(request)
        state = request.get("state")
        if asked.redirect_uri is not None and state:  # Authlib would write the registered URI anew
            uri = str(request.get("post_logout_redirect_uri"))
            asked.redirect_uri = with_parameters(uri, [("state", state)])
        return asked

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        """§2: an id_token that this server has given to whomever; expired ones are good."""
        return read_hint(self.server, None, id_token_hint)

    def _is_valid_post_logout_redirect_uri(
        self, client: RegisteredClient, post_logout_redirect_uri: str
    ) -> bool:
        """§3: registered, character by character; §4: the person is told if it is not, and goes nowhere."""
        registered = client.post_logout_redirect_uris or ()
        if post_logout_redirect_uri in registered and is_safe_to_redirect(post_logout_redirect_uri):
            return True
        raise InvalidRequest(
            "post_logout_redirect_uri is not registered for this client, character by character",
            f"post_logout_redirect_uri is not registered for {client.client_id}",
        )

    def is_post_logout_redirect_uri_legitimate(self, *_asked: Any) -> bool:
        """§3: with `client_id` and no hint, where the person has confirmed that this client may sign them out.

        Whoever uses it must have asked them: `needs_confirmation` says so.
        """
        return True


def names_session(
    server: "AuthorizationServer", asked: EndSessionRequest, user: User, session_id: str | None
) -> bool:
    """Whether the hint is of this person in this session (§2), so that they need not be asked.

    A hint of another session of theirs proves that the client knew them once, not that it is signed in here: such a
    request is suspect, and the person decides. An id_token without `sid` came by no browser; the person is enough.
    """
    claims, client = asked.id_token_claims, asked.client
    if claims is None or client is None or session_id is None:
        return False
    same_person = claims["sub"] == subject_for(server, client, user.id)
    return same_person and claims.get("sid") in (None, sid_for(server, client, session_id))


def means_somebody_else(
    server: "AuthorizationServer", asked: EndSessionRequest, user: User, session_id: str | None
) -> bool:
    """Whether `logout_hint` (§2) is there and fits the person in no way that an app could know them by."""
    if asked.logout_hint is None:
        return False
    known = {user.id, user.username, (user.email or "").lower(), session_id}
    if asked.client is not None and session_id is not None:
        known |= {
            subject_for(server, asked.client, user.id),
            sid_for(server, asked.client, session_id),
        }
    return not {asked.logout_hint, asked.logout_hint.lower()} & known
