"""The short way, in front of Flask, for what machines ask most: introspection and tokens by client credentials.

Flask's contexts, routing, session and hooks cost more than either answer, and none of them has a say in it. The
protocol decides, as ever. Only good answers are given here; what is unusual, refused or broken goes the ordinary
way from the beginning, so that it is answered and logged in one place. That is for requests which may be made
twice, and for no others: nothing is used up by these two.
"""

import io
import time
from collections.abc import Iterable
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from auth_service.protocol.grants.client_credentials import ClientCredentialsGrant
from auth_service.protocol.introspection import IntrospectionEndpoint
from auth_service.protocol.reply import Reply
from auth_service.protocol.request import OAuthRequest
from auth_service.web import request_log, security_headers

INTROSPECTION, TOKEN = "/oauth/introspect", "/oauth/token"
#: Longer than any token of ours with a client's credentials.
MAX_LENGTH = 16 * 1024


class Shortcut:
    """WSGI middleware around `app`, which is complete: settings, protocol and ordinary way are taken from it."""

    def __init__(self, app: Flask) -> None:
        self._server = app.extensions["gatehouse"]
        self._introspection = IntrospectionEndpoint(self._server)
        self._ordinary_way: WSGIApplication = app.wsgi_app
        self._dumps = app.json.dumps
        self._headers = security_headers.for_machines(self._server.settings)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or hand the request on as it came."""
        if not is_usual(environ):
            return self._ordinary_way(environ, start_response)
        began = time.perf_counter()
        request_id = request_log.begin_request(environ.get("HTTP_X_REQUEST_ID", ""))
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        reply = self._ask(environ, body)
        if reply is None:
            environ["wsgi.input"] = io.BytesIO(body)
            return self._ordinary_way(environ, start_response)
        text = self._dumps(reply.body).encode() + b"\n"
        headers = {**self._headers, **dict(reply.headers), "X-Request-ID": request_id}
        start_response("200 OK", [*headers.items(), ("Content-Length", str(len(text)))])
        request_log.write_line("POST", environ["PATH_INFO"], 200, began)
        return [text]

    def _ask(self, environ: WSGIEnvironment, body: bytes) -> Reply | None:
        """The protocol's reply; None whatever stands in its way."""
        try:
            parameters = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
            headers = {"Authorization": environ["HTTP_AUTHORIZATION"]}
            request = OAuthRequest("POST", environ["PATH_INFO"], parameters, headers)
            if environ["PATH_INFO"] == INTROSPECTION:
                return self._introspection(request)
            if request.get("grant_type") == ClientCredentialsGrant.GRANT_TYPE:
                return self._server.grant_tokens(request)
        except Exception:  # a refusal, or a fault: the ordinary way meets it again and tells
            return None
        return None


def is_usual(environ: WSGIEnvironment) -> bool:
    """Whether it is a client's plain form with an Authorization header and nothing that needs a second look."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        environ["PATH_INFO"] in (INTROSPECTION, TOKEN)
        and environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == "application/x-www-form-urlencoded"
        and "HTTP_AUTHORIZATION" in environ
        and "HTTP_ORIGIN" not in environ  # a page asks: it needs headers of its own (`web.cors`)
        and not environ.get("QUERY_STRING")
        and length.isdecimal()
        and int(length) <= MAX_LENGTH
    )
