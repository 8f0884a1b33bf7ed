"""Waiting times as people say them."""


def in_words(seconds: int) -> str:
    """Like `two minutes`, rounded up."""
    if seconds < 60:
        return f"{seconds} seconds" if seconds > 1 else "one second"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes > 1 else "one minute"
