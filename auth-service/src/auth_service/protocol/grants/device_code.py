"""The device code grant (RFC 8628 §3.4, §3.5): a device asks again and again until the person has decided."""

from datetime import datetime, timedelta
from typing import Any

from auth_service.models import DeviceCode, User
from auth_service.models.revocation import revoke_family
from auth_service.models.secret import hash_secret
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.device_authorization import INTERVAL
from auth_service.protocol.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    SlowDown,
)
from auth_service.protocol.grants.token_grant import TokenGrant
from auth_service.protocol.profile import DEVICE_CODE
from auth_service.protocol.scope import permitted_to

#: What networks may shorten the time between two polls by.
_JITTER = timedelta(seconds=1)


class DeviceCodeGrant(TokenGrant):
    """Tokens for a device code that a person has allowed."""

    GRANT_TYPE = DEVICE_CODE

    def load_authorization(self) -> Authorization:
        """RFC 8628 §3.5. What a stranger asks changes nothing: the code is the client's or there is none."""
        self._code_id = hash_secret(self.request.require("device_code"))
        now = self.server.clock.now()
        code = DeviceCode.poll(self._code_id, self.client.client_id, now)
        if code is None:
            raise InvalidGrant("The device code is not valid", "unknown device code, or another client's")
        if code.get("redeemed_at") is None and code["expires_at"] <= now:
            raise ExpiredToken("The device code has expired")
        if code.get("decided_at") is None:
            self.refuse_for_now(code, now)
        if code.get("sub") is None:
            raise AccessDenied("The request was denied")
        user = User.load(code["sub"])
        # A revocation takes the code along, but for one that was allowed at that very moment.
        if user is None:
            raise InvalidGrant("The device code is not valid", "the user is gone or disabled")
        self._family = code["family"]
        return Authorization(
            sub=code["sub"],
            scope=self.client.still_registered(permitted_to(user, code["scope"].split())),
            family=code["family"],
            auth_time=code["auth_time"],
            amr=tuple(code["amr"]),
            acr=code["acr"],
        )

    def refuse_for_now(self, code: dict[str, Any], now: datetime) -> None:
        """RFC 8628 §3.5: the person has not decided; raises AuthorizationPending or SlowDown."""
        polled_at = code.get("polled_at")
        if polled_at is not None and now - polled_at < timedelta(seconds=code["interval"]) - _JITTER:
            DeviceCode.slow_down(self._code_id, INTERVAL)
            raise SlowDown("Asked too soon: wait five seconds longer from now on")
        raise AuthorizationPending("The person has not decided yet")

    def claim(self) -> None:
        """Used once, as every code (RFC 6749 §4.1.2): a second use revokes all that the first one gave."""
        if not DeviceCode.claim(self._code_id, self.server.clock.now()):
            revoke_family(self._family)
            raise InvalidGrant("The device code is not valid", "used before: its family is revoked")

    def is_still_standing(self) -> bool:
        """A revocation deletes the code along with the tokens."""
        return DeviceCode._get_collection().find_one({"_id": self._code_id}, {"_id": 1}) is not None
