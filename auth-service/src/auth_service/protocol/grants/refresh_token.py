"""The refresh token grant (RFC 6749 §6): each token is good for one use, a second use revokes its family."""

from auth_service.models import RefreshToken, User
from auth_service.models.revocation import revoke_family
from auth_service.models.secret import hash_secret
from auth_service.protocol import offline_access
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.errors import InvalidGrant, InvalidScope
from auth_service.protocol.grants.token_grant import TokenGrant
from auth_service.protocol.scope import parse_scope, permitted_to


class RefreshTokenGrant(TokenGrant):
    """New tokens for a refresh token, which is replaced (RFC 9700 §4.14.2)."""

    GRANT_TYPE = "refresh_token"

    def load_authorization(self) -> Authorization:
        """The authorization that the token stands for, less what the person may no longer give, or the client have."""
        self._token_id = hash_secret(self.request.require("refresh_token"))
        token = RefreshToken.objects(id=self._token_id).first()
        if token is None or not token.check_client(self.client.client_id):
            raise InvalidGrant("The refresh token is not valid", "unknown, or another client's")
        now = self.server.clock.now()
        if token.is_expired_at(now):
            raise InvalidGrant("The refresh token is not valid", "expired")
        if not offline_access.outlives_session(token.offline, token.session_id, now):
            raise InvalidGrant("The refresh token is not valid", "its session has ended")
        user = User.load(token.sub)
        if user is None:
            raise InvalidGrant("The refresh token is not valid", "the user is gone or disabled")
        self._family = token.family
        return Authorization(
            sub=token.sub,
            scope=self.client.still_registered(permitted_to(user, token.scope.split())),
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

    def claim(self) -> None:
        """RFC 9700 §4.14.2: a token used twice is in two hands, so all of its family is revoked."""
        if not RefreshToken.claim(self._token_id, self.client.client_id, self.server.clock.now()):
            revoke_family(self._family)
            raise InvalidGrant("The refresh token is not valid", "used before: its family is revoked")

    def is_still_standing(self) -> bool:
        """A revocation deletes the used token along with the others."""
        return RefreshToken._get_collection().find_one({"_id": self._token_id}, {"_id": 1}) is not None
