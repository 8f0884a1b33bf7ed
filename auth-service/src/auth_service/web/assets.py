"""Styles, script and mark of the pages, under addresses that change with their content."""

import hashlib
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, abort, make_response, url_for

_FOLDER = files("auth_service.web") / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

#: `template_folder` makes the pages' templates known to the application.
blueprint = Blueprint("assets", __name__, template_folder="templates")


@blueprint.app_template_global()
def asset(name: str) -> str:
    """The address of a file in `static/`, to be used in templates."""
    return url_for("assets.send", digest=_read(name)[1], name=name)


@blueprint.get("/assets/<digest>/<name>")
def send(digest: str, name: str) -> Response:
    """A file in `static/`; it may be kept for good if the address is the one of its content."""
    if name not in _names():
        abort(404)
    content, current = _read(name)
    response = make_response(content)
    response.mimetype = _TYPES[name[name.rindex(".") :]]
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if digest == current else "public, max-age=60"
    )
    response.set_etag(current)
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The mark, for what asks for it without having read a page."""
    return send("any", "gatehouse.svg")


@cache
def _names() -> frozenset[str]:
    return frozenset(file.name for file in _FOLDER.iterdir() if file.name.endswith(tuple(_TYPES)))


@cache
def _read(name: str) -> tuple[bytes, str]:
    """A file's content and the start of its SHA-256."""
    content = _FOLDER.joinpath(name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]
