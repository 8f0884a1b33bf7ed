"""Logs as JSON lines on standard output, with the request id and without anything that looks like a token."""

import logging
import re

import structlog
from flask import g, has_request_context
from structlog.typing import EventDict, WrappedLogger

#: Gatehouse's opaque tokens and codes, and JWTs: somebody will put one into a path.
TOKEN = re.compile(r"g(?:at|rt|ac)_[\w-]{20,}|eyJ[\w-]{10,}\.[\w-]*(?:\.[\w-]*)?")


def configure(level: str) -> None:
    """Set up structlog for this process."""
    structlog.configure(
        processors=[
            add_context,
            redact_tokens,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(),  # a line in one write: workers share the output
    )


def add_context(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Name the service, and the request that is being served."""
    event["service"] = "resource-api"
    if has_request_context() and "request_id" in g:
        event["request_id"] = g.request_id
    return event


def redact_tokens(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace tokens in what clients chose: the path."""
    if "path" in event:
        event["path"] = TOKEN.sub("[redacted]", event["path"])
    return event
