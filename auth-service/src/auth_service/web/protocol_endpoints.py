"""Every URL that machines use, on one page. Nothing is decided here: parse, hand over, reply."""

from collections.abc import Callable, Iterable, Mapping

from flask import Blueprint, Response, g, request
from flask import json as flask_json

from auth_service.protocol.bearer_token import BearerError, read_token
from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.reply import Reply
from auth_service.protocol.request import OAuthRequest
from auth_service.protocol.signing_keys import JWKS_MAX_AGE
from auth_service.protocol.userinfo import userinfo
from auth_service.web.current import server

blueprint = Blueprint("protocol", __name__)

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@blueprint.post("/oauth/token")
def token() -> Response:
    """RFC 6749 §3.2."""
    return _from_body(lambda parsed: server().create_token_response(parsed))


@blueprint.post("/oauth/device_authorization")
def device_authorization() -> Response:
    """RFC 8628 §3.1."""
    return _from_body(lambda parsed: server().create_endpoint_response("device_authorization", parsed))


@blueprint.post("/oauth/revoke")
def revoke() -> Response:
    """RFC 7009 §2."""
    return _from_body(lambda parsed: server().create_endpoint_response("revocation", parsed))


@blueprint.post("/oauth/introspect")
def introspect() -> Response:
    """RFC 7662 §2."""
    return _from_body(lambda parsed: server().create_endpoint_response("introspection", parsed))


@blueprint.route("/oauth/userinfo", methods=["GET", "POST"])
def userinfo_endpoint() -> Response:
    """OIDC Core §5.3."""
    try:
        if "access_token" in request.args:
            raise BearerError(400, "invalid_request", "An access token never belongs in the query string")
        # RFC 6750 §2.2: the form of a POST, and no other kind of body.
        posted = request.method == "POST" and request.mimetype == "application/x-www-form-urlencoded"
        in_body = request.form.getlist("access_token") if posted else []
        token = read_token(request.headers.get("Authorization"), in_body)
        return to_response(userinfo(server(), token))
    except BearerError as error:
        return bearer_refusal(error)


@blueprint.get("/oauth/jwks")
def jwks() -> Response:
    """RFC 7517 §5."""
    return _public(flask_json.dumps(server().keys.jwks()))


@blueprint.get("/.well-known/openid-configuration")
def openid_configuration() -> Response:
    """OIDC Discovery §4."""
    return _public(server().openid_provider_metadata)


@blueprint.get("/.well-known/oauth-authorization-server")
def oauth_authorization_server() -> Response:
    """RFC 8414 §3."""
    return _public(server().authorization_server_metadata)


def parse_request(parameters: Iterable[tuple[str, str]]) -> OAuthRequest:
    """The current request as the protocol sees it."""
    headers: Mapping[str, str] = request.headers  # type: ignore[assignment]  # reads like one; a copy would cost
    return OAuthRequest(request.method, request.path, parameters, headers, request.remote_addr or "")


def to_response(reply: Reply) -> Response:
    """The protocol's reply as Flask sends it; JSON is a line, as a terminal shows it."""
    status, body, headers = reply
    if isinstance(body, str):
        return Response(body, status, headers)
    return Response(flask_json.dumps(body) + "\n", status, headers, mimetype="application/json")


def bearer_refusal(error: BearerError) -> Response:
    """RFC 6750 §3: the challenge in the header, the same in the body; no fault of a token that never came (§3.1)."""
    body = {
        "error": error.code or "unauthorized",
        "error_description": error.description,
        "request_id": g.request_id,
    }
    headers = [("WWW-Authenticate", error.challenge()), ("Cache-Control", "no-store")]
    return to_response(Reply(error.status, body, headers))


def _from_body(answer: Callable[[OAuthRequest], Reply]) -> Response:
    """Hand over the form's parameters. Those of a query string would end up in logs: refused."""
    parsed = parse_request(request.form.items(multi=True))
    if request.query_string:
        refusal = InvalidRequest("Parameters belong in the body, not in the query string")
        return to_response(server().handle_error_response(parsed, refusal))
    if request.mimetype not in _FORM_TYPES and request.content_length:
        refusal = InvalidRequest("The body must be application/x-www-form-urlencoded")
        return to_response(server().handle_error_response(parsed, refusal))
    return to_response(answer(parsed))


def _public(document: str) -> Response:
    """JSON for everybody, which clients may keep for a while and then ask whether it changed (RFC 9110 §13)."""
    response = Response(document + "\n", mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={JWKS_MAX_AGE}"
    response.add_etag()
    response.make_conditional(request)
    return response
