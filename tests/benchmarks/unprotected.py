"""resource-api as it is, but that `/api/me` lets everybody in: what a protected request is compared with."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from apiflask import APIFlask
from flask import g

from resource_api.app import create_app as create_protected_app
from resource_api.introspection import Introspection


def create_app() -> APIFlask:
    """The real application with the real view, without `@require_scope` around it."""
    app = create_protected_app()
    view = app.view_functions["me.me"].__wrapped__  # type: ignore[attr-defined]
    app.view_functions["me.me"] = with_fixed_token(view, os.environ["BENCHMARK_SUB"])
    return app


def with_fixed_token(view: Callable[..., Any], sub: str) -> Callable[..., Any]:
    """Give the view the person that the token of the other targets stands for."""
    never = datetime.max.replace(tzinfo=UTC)
    token = Introspection("demo-web", sub, frozenset({"profile"}), (), never)

    @wraps(view)
    def unprotected(*args: Any, **kwargs: Any) -> Any:
        g.current_token = token
        return view(*args, **kwargs)

    return unprotected
