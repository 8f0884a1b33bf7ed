"""Slows guessing down: failures are counted by what is guessed at and by where they come from."""

import ipaddress
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_service.models.rate_limit import RateLimit
from auth_service.models.secret import hash_secret


@dataclass(frozen=True)
class Limit:
    """So many failures in a window of this length."""

    name: str
    failures: int
    window: timedelta


class TooManyFailures(Exception):
    """No more tries until `wait` seconds have passed."""

    def __init__(self, limit: Limit, wait: int) -> None:
        super().__init__(limit.name)
        self.limit = limit
        self.wait = wait


class Attempt:
    """One try. It counts as failed until it is taken back: parallel tries cannot slip through."""

    def __init__(self, what: str, limits: Iterable[tuple[Limit, str]], now: datetime) -> None:
        """Count the try against each limit, for its subject; raises TooManyFailures at the first that is reached."""
        self.counted: list[str] = []
        for limit, subject in limits:
            key = f"{what}:{limit.name}:{hash_secret(subject)}"
            count, closes = RateLimit.count_one(key, limit.window, now)
            if count > limit.failures:
                raise TooManyFailures(limit, math.ceil((closes - now).total_seconds()))
            self.counted.append(key)

    def take_back(self) -> None:
        """It was no failure."""
        for key in self.counted:
            RateLimit.take_back(key)


def place_of(address: str) -> str:
    """The address; of IPv6 the /64, all of which one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
