"""The password grant (RFC 6749 §4.3): legacy, under the `compat` profile only."""

from auth_service.models import User
from auth_service.protocol import offline_access
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.errors import InvalidGrant, InvalidScope, TryLater
from auth_service.protocol.grants.token_grant import TokenGrant
from auth_service.protocol.passwords import TooManySignIns, authenticate
from auth_service.protocol.scope import permitted_to
from auth_service.protocol.throttle import TooManyFailures


class PasswordGrant(TokenGrant):
    """Tokens for a name and a password."""

    GRANT_TYPE = "password"

    def load_authorization(self) -> Authorization:
        """RFC 6749 §4.3.2: wrong credentials are `invalid_grant`."""
        username, password = self.request.require("username"), self.request.require("password")
        requested = self.client.allowed_scope(self.request.get("scope"))
        user = self.authenticate(username, password)
        self._user = user
        scope = offline_access.without(permitted_to(user, requested))
        if requested and not scope:
            raise InvalidScope("None of the requested scope is this user's to give")
        return Authorization(sub=user.id, scope=scope, auth_time=self.server.clock.now(), amr=("pwd",))

    def is_still_standing(self) -> bool:
        """Checking a password takes a while: it may have been reset, and what it gave revoked, in the meantime."""
        return self._user.may_still_sign_in()

    def authenticate(self, username: str, password: str) -> User:
        """The user; raises InvalidGrant, or TryLater when guessing has to stop (RFC 6749 §4.3.2)."""
        try:
            user = authenticate(self.server, username, password, self.request.remote_address)
        except TooManyFailures as error:
            raise TryLater("Too many failed sign-ins", 429, error.wait) from None
        except TooManySignIns:
            raise TryLater("Too many sign-ins at once", 503, 5) from None
        if user is None:
            raise InvalidGrant("The username or password is wrong")
        return user
