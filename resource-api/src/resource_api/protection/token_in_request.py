"""Where a request carries its token: in the Authorization header (RFC 6750 §2.1), and nowhere else."""

import re

from flask import Request

from resource_api.protection.errors import InvalidRequest, NoToken

#: RFC 6750 §2.1, `b64token`.
B64TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
#: A JWT with many scopes stays far below; more would only keep the hash and the signature check busy.
MAX_LENGTH = 8 * 1024
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def token_in_request(request: Request) -> str:
    """The bearer token; raises NoToken, or InvalidRequest when it came in another way or misshapen."""
    refuse_token_outside_header(request)
    # Repeated headers arrive joined by a comma, which no token may hold.
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise NoToken  # an unsupported scheme counts as none (RFC 6750 §3.1)
    token = token.lstrip(" ")
    if len(token) > MAX_LENGTH:
        raise InvalidRequest("The access token is too long", rule="token_too_long")
    if not B64TOKEN.fullmatch(token):
        raise InvalidRequest(
            "The Authorization header must be: Bearer <access token>", rule="header_malformed"
        )
    return token


def refuse_token_outside_header(request: Request) -> None:
    """Raise InvalidRequest for a token in the URL, which logs keep, or in a form (RFC 9700 §4.3.2)."""
    if request.query_string and "access_token" in request.args:
        raise InvalidRequest(
            "Send the access token in the Authorization header, never in the URL", rule="token_in_query"
        )
    if request.mimetype in FORMS and "access_token" in request.form:
        raise InvalidRequest(
            "Send the access token in the Authorization header, not in a form", rule="token_in_form"
        )
