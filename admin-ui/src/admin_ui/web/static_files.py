"""Static files under names that change with their content, so that browsers keep them for a year."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for

STATIC = Path(__file__).parent.parent / "static"


def init_app(app: Flask) -> None:
    """Offer `asset()` to the templates and set the cache headers."""
    app.jinja_env.globals["asset"] = asset

    @app.after_request
    def set_cache_headers(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code < 400:
            current = request.args.get("v") == _fingerprint(str(request.view_args["filename"]))  # type: ignore[index]
            lifetime = "max-age=31536000, immutable" if current else "max-age=300"
            response.headers["Cache-Control"] = f"public, {lifetime}"
        return response


def asset(filename: str) -> str:
    """The file's address with its fingerprint."""
    return url_for("static", filename=filename, v=_fingerprint(filename))


@cache
def _fingerprint(filename: str) -> str | None:
    """Ten digits of the content's hash; None when there is no such file."""
    file = STATIC / filename
    if not file.is_file():
        return None
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]
