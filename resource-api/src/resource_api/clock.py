"""The clock, injected so that expiry is tested without sleeping."""

from datetime import UTC, datetime


class Clock:
    """The time of day in UTC."""

    def now(self) -> datetime:
        """The present moment, aware, cut to the millisecond that MongoDB keeps."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
