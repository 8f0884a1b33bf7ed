"""Slows down the guessing of passwords: failed sign-ins are counted by account and by address."""

from datetime import datetime, timedelta

from auth_service.models.rate_limit import RateLimit
from auth_service.models.user import normalise_username
from auth_service.protocol.throttle import Attempt, Limit, place_of

#: One person at one place, mistyping; or one who guesses.
PAIR = Limit("pair", 5, timedelta(minutes=5))
#: One place trying many accounts. An office shares an address, hence not fewer.
ADDRESS = Limit("address", 50, timedelta(minutes=5))
#: Many places trying one account. More than one place can reach alone, so that none can lock somebody out.
ACCOUNT = Limit("account", 100, timedelta(hours=1))


class SignInAttempt(Attempt):
    """One try to sign in."""

    def __init__(self, address: str, username: str, now: datetime) -> None:
        """Count the try; raises TooManyFailures, and then no password may be checked."""
        place, account = place_of(address), _account(username)
        limits = ((PAIR, f"{place} {account}"), (ACCOUNT, account), (ADDRESS, place))
        super().__init__("sign-in", limits, now)

    def succeeded(self) -> None:
        """Forget what this person mistyped here; what others failed at still counts."""
        RateLimit.objects(id=self.counted.pop(0)).delete()
        self.take_back()


def _account(username: str) -> str:
    """The one spelling of a name, so that capitals are not five more tries."""
    try:
        return normalise_username(username)
    except ValueError:
        return username  # no account has such a name: each counts for itself
