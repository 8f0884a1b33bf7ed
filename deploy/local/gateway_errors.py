"""What the development gateway answers itself: nginx's answers, with the page of `deploy/gateway/`."""

import posixpath
import re
import secrets
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web
from aiohttp.http_exceptions import BadStatusLine, LineTooLong

GATEWAY = Path(__file__).resolve().parents[1] / "gateway"
PAGE = (GATEWAY / "error.html").read_text()
STYLE = (GATEWAY / "gateway.css").read_text()
JSON_PREFIXES = ("/api", "/oauth", "/admin-api", "/.well-known", "/health")
PAGES_UNDER_OAUTH = ("/oauth/authorize", "/oauth/logout")  # for people, unless a program asks
BUSY = "The service is not answering. Try again in a few seconds."
# By status: the code, the page's title, the description.
ERRORS = {
    400: ("invalid_request", "That was not understood", "The request is malformed."),
    404: ("not_found", "There is nothing here", "There is nothing at this address."),
    405: ("method_not_allowed", "That does not work here", "This method does not work here."),
    408: ("invalid_request", "That took too long", "The request did not arrive in time."),
    413: ("invalid_request", "That was too much", "The request is larger than 64 KiB."),
    414: ("invalid_request", "That was too much", "The address is too long."),
    500: (
        "server_error",
        "Something went wrong here",
        "The gateway failed. Say when, and the number of the request.",
    ),
    502: ("temporarily_unavailable", "Back in a moment", BUSY),
    504: (
        "temporarily_unavailable",
        "That took too long",
        "The service took too long to answer. Try again in a few seconds.",
    ),
    505: ("invalid_request", "That was not understood", "The request is malformed."),
}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def plain_path(target: str) -> str:
    """Return the path that a request means, as nginx sees it: unquoted, without dots or double slashes."""
    return "/" + posixpath.normpath(unquote(target.partition("?")[0])).lstrip("/")


def status_of(malformed: BaseException | None) -> int:
    """The status that nginx answers to what aiohttp could not parse: 400 unless it is one of the plain cases."""
    if isinstance(malformed, BadStatusLine) and "Invalid HTTP version" in str(malformed):
        return 505
    # aiohttp collects an address in a bytearray, and a header's value, which nginx answers otherwise, in bytes.
    if isinstance(malformed, LineTooLong) and str(malformed.args[0]).startswith("bytearray"):
        return 414
    return 400


def refuse(request: web.BaseRequest, status: int, target: str | None = None) -> web.Response:
    """Make the gateway's own error: JSON for programs, a page for people; either shows the request's id.

    `target` is what was asked for where the request could not be parsed.
    """
    request_id = request.get("id") or secrets.token_hex(16)
    code, title, description = ERRORS.get(status, ERRORS[400])
    headers = own_headers(request_id) | {
        "Cache-Control": "no-store",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
    }
    if status in (502, 504):
        headers["Retry-After"] = "5"
    if status in (408, 413):
        headers["Connection"] = "close"  # the rest of the body is not wanted
    if _wants_json(request, target or request.raw_path):
        error = {"error": code, "error_description": description, "request_id": request_id}
        return web.json_response(error, status=status, headers=headers)
    values = {
        "status": str(status),
        "error_title": title,
        "error_description": description,
        "request_id": request_id,
    }
    page = re.sub(r'<!--# echo var="(\w+)" -->', lambda found: values[found[1]], PAGE)
    return web.Response(text=page, status=status, headers=headers, content_type="text/html")


def style_sheet(request: web.BaseRequest) -> web.Response:
    """Serve the error page's style sheet, which needs no service to be up."""
    return web.Response(text=STYLE, headers=own_headers(request["id"]), content_type="text/css")


def own_headers(request_id: str) -> dict[str, str]:
    """Return the headers that every answer of the gateway carries."""
    return {"X-Request-ID": request_id, "X-Content-Type-Options": "nosniff", "Server": "gatehouse"}


def _wants_json(request: web.BaseRequest, target: str) -> bool:
    path = plain_path(target)
    if path in PAGES_UNDER_OAUTH and "text/html" in request.headers.get("Accept", ""):
        return False
    return any(path == prefix or path.startswith(prefix + "/") for prefix in JSON_PREFIXES)
