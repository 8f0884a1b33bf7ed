"""What differs little from its neighbours is tried by `make test` and left out of the inner loop."""

from collections.abc import Iterable
from typing import Any

import pytest


def variations(values: Iterable[Any], every: int = 4) -> list[Any]:
    """Parameters of which the inner loop tries every fourth alone."""
    return [value if place % every == 0 else thorough(value) for place, value in enumerate(values)]


def thorough(value: Any) -> Any:
    """A parameter, or the tuple of several, that the inner loop leaves out."""
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.thorough)
