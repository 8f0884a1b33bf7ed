"""What the grants of codes and refresh tokens have in common: what is presented is good for one use."""

from functools import cached_property
from typing import ClassVar

from auth_service.models.revocation import revoke_family
from auth_service.models.secret import hash_secret
from auth_service.models.single_use import SingleUse
from auth_service.protocol.errors import InvalidGrant
from auth_service.protocol.grants.token_grant import TokenGrant


class SingleUseGrant(TokenGrant):
    """A grant whose second use is in somebody else's hands: it revokes all that the first one gave."""

    #: The parameter that it is presented in, how its record is found, and what the client is told of a bad one.
    PARAMETER: ClassVar[str]
    RECORD: ClassVar[type[SingleUse]]
    INVALID: ClassVar[str]

    @cached_property
    def presented(self) -> str:
        """The `_id` of what was presented, in its collection."""
        return hash_secret(self.request.require(self.PARAMETER))

    def claim(self) -> None:
        """RFC 6749 §4.1.2, RFC 9700 §4.14.2: used once, or it is in two hands."""
        attempt = self.RECORD.claim(self.presented, self.server.clock.now())
        if attempt is None:
            revoke_family(self.authorization.family)
            raise InvalidGrant(self.INVALID, "used before: its family is revoked")
        self._attempt = attempt

    def is_still_standing(self) -> bool:
        """A revocation uses it up, and so would somebody who took our claim for abandoned."""
        return self.RECORD.answer(self.presented, self._attempt)
