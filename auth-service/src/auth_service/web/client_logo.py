"""An app's logo through our own origin: its host does not learn who looks at a consent page, nor run anything here.

Only signed-in people are answered, so that strangers cannot send this server fetching. Where there is no picture
to be had, a letter takes its place.
"""

from datetime import timedelta

from flask import Blueprint, Response, abort
from markupsafe import escape

from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.remote_document import RemoteDocumentError
from auth_service.web.client_presentation import initial_of
from auth_service.web.current import server
from auth_service.web.session import current_user

blueprint = Blueprint("client_logo", __name__)

MAX_BYTES = 256 * 1024
_MAX_AGE = timedelta(days=1)
_KEPT_BY_BROWSERS = {True: 3600, False: 60}  # seconds: a picture, and the letter instead

_LETTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" fill="#0f6b5c"/>'
    '<text x="24" y="33" fill="#fff" font-family="sans-serif" font-size="26" font-weight="600" '
    'text-anchor="middle">{}</text></svg>'
)


@blueprint.get("/client-logo/<client_id>")
def show(client_id: str) -> Response:
    """The picture at the client's `logo_uri`, or its initial."""
    client = server().clients.find(client_id)
    if client is None or not client.logo_uri or current_user() is None:
        abort(404)
    content = _fetch(client)
    image_type = image_type_of(content)
    if image_type is None:
        content, kind = _LETTER.format(escape(initial_of(client))).encode(), "image/svg+xml"
    else:
        kind = image_type
    response = Response(content, content_type=kind)
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response.headers["Cache-Control"] = f"private, max-age={_KEPT_BY_BROWSERS[image_type is not None]}"
    return response


def image_type_of(content: bytes) -> str | None:
    """The type of a raster image by how it begins, None for all else. SVG is a program and no picture."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def _fetch(client: RegisteredClient) -> bytes:
    try:
        return server().remote_documents.get(client.logo_uri, max_bytes=MAX_BYTES, max_age=_MAX_AGE).content
    except RemoteDocumentError:
        return b""
