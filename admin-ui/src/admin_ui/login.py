"""Signing in and out through auth-service (OpenID Connect Core 1.0 §3.1, RP-Initiated Logout 1.0)."""

from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from admin_ui.auth_service_api import AuthServiceDown, Refused
from admin_ui.current import admin_ui
from admin_ui.id_token import LoginRefused
from admin_ui.login_attempt import LoginAttempt
from admin_ui.logs import log_refusal
from admin_ui.openid_connect import TokenReply
from admin_ui.signed_in import Person, current_person, forget, remember

blueprint = Blueprint("login", __name__)
PUBLIC = {"health.health", "login.login", "login.callback", "static", "theme.choose"}


def init_app(app: Flask) -> None:
    """Let nobody in who is not signed in, to any page that is not public."""

    @app.before_request
    def require_sign_in() -> Response | str | None:
        """Send strangers to sign in."""
        if request.endpoint is None or request.endpoint in PUBLIC or current_person():
            return None
        if request.endpoint == "dashboard.dashboard" and request.args.get("state") == "signed-out":
            return render_template("signed_out.html")
        return go_to_sign_in()


def go_to_sign_in() -> Response:
    """Send the browser to sign in and afterwards back; on our own origin, where the cookies belong."""
    page = request.full_path.removesuffix("?") if request.method == "GET" else request.path
    if request.headers.get("HX-Request"):  # a part of a page: go on with the page that is shown
        page = "/" + request.headers.get("HX-Current-URL", "").partition("//")[2].partition("/")[2]
    url = f"{admin_ui().settings.issuer}{url_for('login.login')}?{urlencode({'next': page})}"
    if request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": url})
    return redirect(url)


@blueprint.get("/admin/login")
def login() -> Response:
    """Begin an attempt and send the browser to auth-service."""
    parts = admin_ui()
    attempt = LoginAttempt.start(own_path(request.args.get("next", "")), parts.clock.now())
    response = redirect(parts.provider.authorization_url(attempt))
    parts.login_attempts.keep(attempt, request, response)  # type: ignore[arg-type]
    return response


@blueprint.get("/admin/callback")
def callback() -> Response | tuple[str, int]:
    """Take auth-service's answer, for an attempt that this very browser began."""
    state = request.args.get("state", "")
    attempt = admin_ui().login_attempts.find(state, request, admin_ui().clock.now())
    if attempt is None:
        return _refuse("state matches no open attempt of this browser", "unknown_attempt")
    try:
        reply = _redeem(attempt)
        sub = str(admin_ui().provider.verify_id_token(reply, attempt.nonce)["sub"])
    except LoginRefused as error:
        return _refuse(str(error), request.args.get("error", "invalid_answer"))
    session.restart(admin_ui().clock.now())  # type: ignore[attr-defined]
    remember(Person.from_login(reply, sub, admin_ui().provider.name_of(reply, sub) or sub))
    response = redirect(admin_ui().settings.issuer + attempt.next_path)
    admin_ui().login_attempts.forget(state, response)  # type: ignore[arg-type]
    return response


def _redeem(attempt: LoginAttempt) -> TokenReply:
    """Check the answer's `iss` (RFC 9207 §2.4) and error, then redeem its code; raises LoginRefused."""
    parts = admin_ui()
    named_issuer = request.args.get("iss")
    promised = parts.provider.metadata().get("authorization_response_iss_parameter_supported", False)
    if named_issuer != parts.settings.issuer and (named_issuer is not None or promised):
        raise LoginRefused("iss is not our issuer")
    if "error" in request.args:
        raise LoginRefused("auth-service answered with an error")
    try:
        return parts.provider.redeem_code(request.args.get("code", ""), attempt)
    except Refused as error:
        raise LoginRefused(f"the code was refused: {error.error}") from error


def _refuse(rule: str, code: str) -> tuple[str, int]:
    log_refusal(rule)
    known = code if code in ("access_denied", "unknown_attempt") else "other"
    return render_template("sign_in_failed.html", reason=known), 400


@blueprint.post("/admin/logout")
def logout() -> Response:
    """End both sessions: ours with its tokens here, auth-service's by sending the browser there."""
    person = current_person()
    provider = admin_ui().provider
    forget()
    if person is None:
        return redirect(provider.signed_out_uri + "?state=signed-out")
    try:
        provider.revoke(person.refresh_token or person.access_token)
    except (Refused, AuthServiceDown) as error:
        log_refusal("the tokens could not be revoked at sign-out", error=str(error))
    return redirect(provider.sign_out_url(person.id_token))


def own_path(path: str) -> str:
    """The path if it is one of our pages, else the first page: never another site's address."""
    printable = all(" " < character < "\x7f" and character != "\\" for character in path)
    return path if printable and path.startswith(("/admin/", "/admin?")) else "/admin/"
