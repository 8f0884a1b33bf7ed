"""The device code grant (RFC 8628 §3.4, §3.5): a device asks again and again until the person has decided."""

from datetime import datetime, timedelta
from typing import Any

from auth_service.models import DeviceCode, User
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.device_authorization import INTERVAL
from auth_service.protocol.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    SlowDown,
)
from auth_service.protocol.grants.single_use import SingleUseGrant
from auth_service.protocol.profile import DEVICE_CODE
from auth_service.protocol.scope import check_anything_left, permitted_to

#: What networks may shorten the time between two polls by.
_JITTER = timedelta(seconds=1)


class DeviceCodeGrant(SingleUseGrant):
    """Tokens for a device code that a person has allowed."""

    GRANT_TYPE = DEVICE_CODE
    PARAMETER = "device_code"
    RECORD = DeviceCode
    INVALID = "The device code is not valid"

    def load_authorization(self) -> Authorization:
        """RFC 8628 §3.5. What a stranger asks changes nothing: the code is the client's or there is none."""
        now = self.server.clock.now()
        code = DeviceCode.poll(self.presented, self.client.client_id, now)
        if code is None:
            raise InvalidGrant(self.INVALID, "unknown device code, or another client's")
        if code.get("redeemed_at") is None and code["expires_at"] <= now:
            raise ExpiredToken("The device code has expired")
        if code.get("decided_at") is None:
            self.refuse_for_now(code, now)
        if code.get("sub") is None:
            raise AccessDenied("The request was denied")
        user = User.load(code["sub"])
        # A revocation takes the code along, but for one that was allowed at that very moment.
        if user is None:
            raise InvalidGrant(self.INVALID, "the user is gone or disabled")
        scope = self.client.still_registered(permitted_to(user, code["scope"].split()))
        check_anything_left(code["scope"], scope)
        return Authorization(
            sub=code["sub"],
            scope=scope,
            family=code["family"],
            auth_time=code["auth_time"],
            amr=tuple(code["amr"]),
            acr=code["acr"],
        )

    def refuse_for_now(self, code: dict[str, Any], now: datetime) -> None:
        """RFC 8628 §3.5: the person has not decided; raises AuthorizationPending or SlowDown."""
        polled_at = code.get("polled_at")
        if polled_at is not None and now - polled_at < timedelta(seconds=code["interval"]) - _JITTER:
            DeviceCode.slow_down(self.presented, INTERVAL)
            raise SlowDown("Asked too soon: wait five seconds longer from now on")
        raise AuthorizationPending("The person has not decided yet")
