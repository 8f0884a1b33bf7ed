"""What the development gateway answers itself: the same shapes as the services' own errors."""

import html
import posixpath
import secrets
from http import HTTPStatus
from urllib.parse import unquote

from aiohttp import web

JSON_PREFIXES = ("/api", "/oauth", "/admin-api", "/.well-known", "/health")
ERRORS = {
    400: ("invalid_request", "The request is malformed."),
    404: ("not_found", "There is nothing at this address."),
    413: ("invalid_request", "The request is larger than 64 KiB."),
    500: ("server_error", "The gateway failed. Say when, and the number of the request."),
    502: ("temporarily_unavailable", "The service is not answering. Try again in a few seconds."),
    504: ("temporarily_unavailable", "The service took too long to answer. Try again in a few seconds."),
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title} · Gatehouse</title></head>
<body><h1>{title}</h1><p>{text}</p><p>Request <code>{request_id}</code></p></body></html>
"""


def plain_path(target: str) -> str:
    """Return the path that a request means, as nginx sees it: unquoted, without dots or double slashes."""
    return "/" + posixpath.normpath(unquote(target.partition("?")[0])).lstrip("/")


def refuse(request: web.BaseRequest, status: int) -> web.Response:
    """Make the gateway's own error: JSON for programs, a page for people; either shows the request's id."""
    request_id = request.get("id") or secrets.token_hex(16)
    code, description = ERRORS.get(status, ERRORS[400])
    headers = {"X-Request-ID": request_id, "Cache-Control": "no-store", "Server": "gatehouse"}
    if status in (502, 504):
        headers["Retry-After"] = "5"
    if status == 413:
        headers["Connection"] = "close"  # the rest of the body is not wanted
    path = plain_path(request.raw_path)
    if any(path == prefix or path.startswith(prefix + "/") for prefix in JSON_PREFIXES):
        error = {"error": code, "error_description": description, "request_id": request_id}
        return web.json_response(error, status=status, headers=headers)
    headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    page = PAGE.format(title=HTTPStatus(status).phrase, text=html.escape(description), request_id=request_id)
    return web.Response(text=page, status=status, headers=headers, content_type="text/html")
