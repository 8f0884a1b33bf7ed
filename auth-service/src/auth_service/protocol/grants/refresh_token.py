"""The refresh token grant (RFC 6749 §6): each token is good for one use, a second use revokes its family."""

from auth_service.models import RefreshToken, User
from auth_service.protocol import offline_access
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.errors import InvalidGrant, InvalidScope
from auth_service.protocol.grants.single_use import SingleUseGrant
from auth_service.protocol.scope import check_anything_left, parse_scope, permitted_to


class RefreshTokenGrant(SingleUseGrant):
    """New tokens for a refresh token, which is replaced (RFC 9700 §4.14.2)."""

    GRANT_TYPE = "refresh_token"
    PARAMETER = "refresh_token"
    RECORD = RefreshToken
    INVALID = "The refresh token is not valid"

    def load_authorization(self) -> Authorization:
        """The authorization that the token stands for, less what the person may no longer give, or the client have."""
        token = RefreshToken.objects(id=self.presented).first()
        if token is None or not token.check_client(self.client.client_id):
            raise InvalidGrant(self.INVALID, "unknown, or another client's")
        now = self.server.clock.now()
        if token.is_expired_at(now):
            raise InvalidGrant(self.INVALID, "expired")
        if not offline_access.outlives_session(token.offline, token.session_id, now):
            raise InvalidGrant(self.INVALID, "its session has ended")
        user = User.load(token.sub)
        if user is None:
            raise InvalidGrant(self.INVALID, "the user is gone or disabled")
        scope = self.client.still_registered(permitted_to(user, token.scope.split()))
        check_anything_left(token.scope, scope)
        return Authorization(
            sub=token.sub,
            scope=scope,
            family=token.family,
            session_id=token.session_id,
            auth_time=token.auth_time,
            amr=tuple(token.amr),
            acr=token.acr,
            claims=token.claims,
        )

    def requested_scope(self, authorization: Authorization) -> list[str]:
        """RFC 6749 §6: at most what was granted. The new refresh token keeps all of it."""
        requested = parse_scope(self.request.get("scope")) or authorization.scope
        if not set(requested) <= set(authorization.scope):
            raise InvalidScope("The requested scope is more than was granted")
        return requested
