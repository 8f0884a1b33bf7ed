"""Headers that every answer carries."""

from flask import Flask, Response

HEADERS = {
    "Cache-Control": "no-store",  # RFC 6750 §5.3: what a token opened must not stay in a cache
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def init_app(app: Flask) -> None:
    """Add the headers to every answer of `app`."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set what the view has not set itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
