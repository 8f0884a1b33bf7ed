"""The clock, injected so that expiry is tested without sleeping."""

import time


class Clock:
    """The time of day in seconds since the epoch."""

    def now(self) -> int:
        """The present second."""
        return int(time.time())
