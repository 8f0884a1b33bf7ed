"""How `make test-fast` saves time, as a plugin of pytest: `-p tests.inner_loop`. `make test` runs without it."""

import itertools
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test with many parameters take the first alone, and nothing that is marked `thorough`."""
    chosen: dict[str, pytest.Item] = {}
    for item in items:
        if item.get_closest_marker("thorough") is None:
            chosen.setdefault(item.nodeid.partition("[")[0], item)
    taken = set(chosen.values())
    config.hook.pytest_deselected(items=[item for item in items if item not in taken])
    items[:] = chosen.values()


@pytest.fixture(scope="session", autouse=True)
def few_rsa_keys() -> Iterator[None]:
    """A few RSA keys are handed out in turn, and opened once: either takes longer than ten tests."""
    from joserfc.jwk import RSAKey

    generate_key, open_key = RSAKey.generate_key, RSAKey.binding.import_private_key
    made = itertools.cycle(cache(lambda: generate_key(2048).private_key) for _ in range(8))
    opened: dict[str, Any] = {}

    def take(_bits: int = 2048, parameters: Any = None, *_: Any, **__: Any) -> RSAKey:
        key = next(made)()
        return RSAKey(key, key, parameters)

    def open_once(jwk: dict[str, Any]) -> Any:
        numbers = json.dumps({name: jwk.get(name) for name in ("n", "e", "d", "p", "q", "dp", "dq", "qi")})
        if numbers not in opened:
            opened[numbers] = open_key(jwk)
        return opened[numbers]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RSAKey, "generate_key", take)
        patch.setattr(RSAKey.binding, "import_private_key", open_once)
        yield
