"""The clock, injected so that expiry is tested without sleeping."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time of day in UTC."""

    def now(self) -> datetime:
        """The present moment, aware, cut to the millisecond that MongoDB keeps."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


class FrozenClock(Clock):
    """A clock that stands still until told to move: for tests of expiry and rotation."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment that was set last."""
        return self.moment

    def advance(self, **duration: float) -> None:
        """Move on by a `timedelta(**duration)`."""
        self.moment += timedelta(**duration)
