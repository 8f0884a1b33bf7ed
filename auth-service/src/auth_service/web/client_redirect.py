"""A redirect to an address of a client's, as it is registered, character by character (RFC 9700 §4.1.3)."""

from typing import TYPE_CHECKING

from flask import Response
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class ClientRedirect(Response):
    """Werkzeug writes an address anew: of `com.example.app://Callback` it makes one that no app listens for.

    What is registered was checked to be printable ASCII (`protocol.client_uri`), and needs no other care.
    """

    def __init__(self, location: str) -> None:
        """Without the usual page, which would repeat the address and what it carries."""
        super().__init__(b"", 303, {"Location": location, "Cache-Control": "no-store"})

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """The headers as they are sent."""
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self.headers["Location"]
        return headers
