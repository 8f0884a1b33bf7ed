"""The log: a JSON line a request, and one for each refusal with its rule. Never a query, token or cookie."""

import logging
import re
import sys
import time
import uuid
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request

REQUEST_ID = re.compile(r"[0-9a-f]{32}")


class _StandardOutput:
    """Where the lines go: whatever stdout is at that moment. A line in one write, so that threads mix none."""

    def __getattr__(self, level: str) -> Any:
        return lambda line: print(f"{line}\n", end="", file=sys.stdout, flush=True)


def make_logger(level: str) -> Any:
    """The service's logger, independent of other users of structlog in the process."""
    return structlog.wrap_logger(
        _StandardOutput(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        service="admin-ui",
    )


def init_app(app: Flask, level: str) -> None:
    """Give every request an id and a line."""
    logger = make_logger(level)
    app.extensions["admin_ui_log"] = logger

    @app.before_request
    def begin() -> None:
        """Take the gateway's request id, or make one."""
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        """Name the request in its answer, and write its line."""
        response.headers["X-Request-ID"] = g.request_id
        logger.info(
            "request",
            request_id=g.request_id,
            method=request.method,
            path=request.path,
            status=response.status_code,
            duration_ms=round((time.perf_counter() - g.started) * 1000, 1),
        )
        return response


def log_refusal(rule: str, **details: Any) -> None:
    """A line that says which rule refused the request; the details hold no secret."""
    current_app.extensions["admin_ui_log"].warning(
        "refused", request_id=g.request_id, path=request.path, rule=rule, **details
    )
