"""A request id for every request, and one JSON line in the log when it is answered."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()

#: What the gateway sends. Anything else was not made by it, and could forge log lines.
REQUEST_ID = re.compile(r"[0-9a-f]{32}")


def init_app(app: Flask) -> None:
    """Have every request of `app` counted in; the first `before_request` and the last `after_request`."""
    app.before_request(start_request)
    app.after_request(finish_request)


def start_request() -> None:
    """Take the gateway's request id, or make one."""
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def finish_request(response: Response) -> Response:
    """Show the request id, and log the request without its query string, headers and body."""
    response.headers["X-Request-ID"] = g.request_id
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        duration_ms=round((time.perf_counter() - g.started) * 1000, 2),
        client_address=request.remote_addr,
    )
    return response
