"""Slows down the guessing of passwords: failed sign-ins are counted by account and by address."""

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_service.models.rate_limit import RateLimit
from auth_service.models.secret import hash_secret
from auth_service.models.user import normalise_username


@dataclass(frozen=True)
class Limit:
    """So many failures in a window of this length."""

    name: str
    failures: int
    window: timedelta


#: One person at one place, mistyping; or one who guesses.
PAIR = Limit("pair", 5, timedelta(minutes=5))
#: One place trying many accounts. An office shares an address, hence not fewer.
ADDRESS = Limit("address", 50, timedelta(minutes=5))
#: Many places trying one account. More than one place can reach alone, so that none can lock somebody out.
ACCOUNT = Limit("account", 100, timedelta(hours=1))


class TooManyFailures(Exception):
    """No more tries until `wait` seconds have passed."""

    def __init__(self, limit: Limit, wait: int) -> None:
        super().__init__(limit.name)
        self.limit = limit
        self.wait = wait


class SignInAttempt:
    """One try to sign in. It counts as failed until `succeeded`: parallel tries cannot slip through."""

    def __init__(self, address: str, username: str, now: datetime) -> None:
        """Count the try; raises TooManyFailures, and then no password may be checked."""
        place, account = place_of(address), _account(username)
        self._counted: list[str] = []
        for limit, subject in ((PAIR, f"{place} {account}"), (ACCOUNT, account), (ADDRESS, place)):
            key = f"sign-in:{limit.name}:{hash_secret(subject)}"
            count, closes = RateLimit.count_one(key, limit.window, now)
            if count > limit.failures:
                raise TooManyFailures(limit, math.ceil((closes - now).total_seconds()))
            self._counted.append(key)

    def succeeded(self) -> None:
        """Forget what this person mistyped here; what others failed at still counts."""
        pair, *shared = self._counted
        RateLimit.objects(id=pair).delete()
        for key in shared:
            RateLimit.take_back(key)


def _account(username: str) -> str:
    """The one spelling of a name, so that capitals are not five more tries."""
    try:
        return normalise_username(username)
    except ValueError:
        return username  # no account has such a name: each counts for itself


def place_of(address: str) -> str:
    """The address; of IPv6 the /64, all of which one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
