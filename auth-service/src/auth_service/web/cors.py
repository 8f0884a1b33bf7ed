"""What pages of other origins may read (Fetch standard, "CORS protocol"): the endpoints that browser apps call.

None of them acts on a cookie, so that every origin may: who calls is told by a token or by the body. The
authorization endpoint is not among them, a page must lead there and not fetch it (RFC 9700 §2.6); nor is
introspection, which is for servers.
"""

from flask import Flask, Response, request

#: By endpoint; a view that is not there yet costs nothing.
_READABLE = {
    "protocol.openid_configuration",
    "protocol.oauth_authorization_server",
    "protocol.jwks",
    "protocol.token",
    "protocol.userinfo_endpoint",
    "protocol.revoke",
    "registration.register",
    "registration.configure",
}
_FOR_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Location, Retry-After, WWW-Authenticate, X-Request-ID",
}
_ALLOWED_HEADERS = "Authorization, Content-Type"
_PREFLIGHT_MAX_AGE = 3600  # seconds


def init(app: Flask) -> None:
    """Add the headers where a page of another origin asks, be it answered or refused."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        if request.endpoint not in _READABLE:
            return response
        if request.method in ("GET", "HEAD"):  # what may be kept must not be kept without these headers
            response.vary.add("Origin")
        if "Origin" in request.headers:
            response.headers.update(_FOR_ALL)
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
                response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
                response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_MAX_AGE)
        return response
