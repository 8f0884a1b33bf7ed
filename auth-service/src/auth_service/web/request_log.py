"""One JSON line a request on stdout, under an id that every answer and every error shows."""

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request, request_finished
from structlog.typing import EventDict, Processor, WrappedLogger

_REQUEST_ID = re.compile(r"[0-9a-f]{32}")

#: Fields that are never written, whatever they hold.
_SECRET_FIELDS = re.compile(
    r"^(code|cookie|authorization|id_token_hint|query_string|state|nonce)$"
    r"|(^|_)(password|secret|token|assertion|verifier)$"
)
#: What a bearer secret looks like inside of other text: ours, JWTs, and credentials in a URL.
_SECRET_TEXT = re.compile(
    r"\bg(?:at|rt|ac|dc|cs|ra|ia)_[\w-]{8,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?<=://)[^/\s@]+:[^/\s@]+(?=@)"
)

_log = structlog.get_logger()


def init(app: Flask, level: str) -> None:
    """Give every request its id and its line in the log."""
    configure(level)
    app.before_request(_begin)
    app.after_request(_show_request_id)
    request_finished.connect(_write_line, app)


def configure(level: str) -> None:
    """Send structlog, and the libraries' own loggers, to stdout as JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", key="time"),
        _add_service,
        structlog.processors.format_exc_info,
        redact,
    ]
    numeric = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.WriteLoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if not _is_ours(other)] + [handler]
    root.setLevel(numeric)
    for noisy in ("authlib", "werkzeug", "pymongo", "flask_wtf"):
        # Authlib writes whole tokens at DEBUG, werkzeug query strings at INFO.
        logging.getLogger(noisy).setLevel(logging.WARNING)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave out the values of secret fields, and what looks like a bearer secret anywhere else."""
    for name, value in event.items():
        if _SECRET_FIELDS.search(name):
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = _SECRET_TEXT.sub("[redacted]", value)
    return event


def _add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["service"] = "auth-service"
    return event


def _is_ours(handler: logging.Handler) -> bool:
    return isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)


def begin_request(given: str) -> str:
    """Take the gateway's request id, or make one if what came is not one; this thread's log lines show it."""
    request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def write_line(method: str, path: str, status: int, began: float) -> None:
    """The request's line; it `began` then by `time.perf_counter`. The path has no query, where codes travel."""
    duration_ms = round((time.perf_counter() - began) * 1000, 2)
    _log.info("request", method=method, path=path, status=status, duration_ms=duration_ms)


def _begin() -> None:
    g.request_began = time.perf_counter()
    g.request_id = begin_request(request.headers.get("X-Request-ID", ""))


def _show_request_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    return response


def _write_line(_app: Flask, response: Response) -> None:
    write_line(request.method, request.path, response.status_code, g.request_began)
