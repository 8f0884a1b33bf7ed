"""What is right about an answer, whatever was asked."""

from collections.abc import Iterable

import requests


def faults(answers: Iterable[tuple[str, requests.Response]]) -> list[str]:
    """Answers of 500 and above, errors without a request id, and headers that the sender has smuggled in."""
    found, asked = [], 0
    for what, answer in answers:
        asked += 1
        if answer.status_code >= 500 or "x=y" in answer.headers.get("Set-Cookie", ""):
            found.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        elif answer.status_code >= 400 and "X-Request-ID" not in answer.headers:
            found.append(f"{what}: {answer.status_code} without an id")
    return found if asked else ["nothing was asked"]
