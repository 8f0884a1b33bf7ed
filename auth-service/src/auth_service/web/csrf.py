"""Forms are accepted from our own pages only: a token in each, and what the browser says of their origin.

The token lives in the server-side session and falls with it.
"""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Forbidden

from auth_service.settings import Settings, is_loopback
from auth_service.web.current import server

#: What programs and other sites' pages are meant to post to. None of it acts on the cookie alone.
_OPEN_BLUEPRINTS = ("protocol", "registration")
_OPEN_ENDPOINTS = ("authorize.authorize", "logout.end_session")
_OPEN_PATHS = ("/admin-api/",)

_protect = CSRFProtect()


class ForeignForm(Forbidden):
    """The browser says that the form stood on somebody else's page."""


def init(app: Flask, settings: Settings) -> None:
    """Protect every form of the application, those of later features included, but for what is open."""
    app.config["WTF_CSRF_SECRET_KEY"] = settings.secret_key.get_secret_value()
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a token is good for as long as its session
    app.config["WTF_CSRF_SSL_STRICT"] = False  # it compares with Host; `_refuse_foreign` knows the issuer
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `_check` asks, so that the order is plain to see
    _protect.init_app(app)
    app.before_request(_check)


def _check() -> None:
    """Raise ForeignForm or Flask-WTF's CSRFError for a post that did not come from one of our own forms."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None or _is_open():
        return
    _refuse_foreign()
    _protect.protect()


def _is_open() -> bool:
    return (
        request.blueprint in _OPEN_BLUEPRINTS
        or request.endpoint in _OPEN_ENDPOINTS
        or request.path.startswith(_OPEN_PATHS)
    )


def _refuse_foreign() -> None:
    """The second layer, independent of tokens: what the browser itself says about the form's page."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin") or _origin_of(request.headers.get("Referer"))
    if site not in ("same-origin", "none") or (origin is not None and not _is_ours(origin)):
        raise ForeignForm("The form was sent from another site's page.")


def _is_ours(origin: str) -> bool:
    """Whether it is the issuer's origin; for a loopback issuer, `localhost` and 127.0.0.1 are the same."""
    issuer = server().settings.issuer
    if origin == issuer:
        return True
    try:
        same_port = urlsplit(origin).port == urlsplit(issuer).port
        return same_port and is_loopback(issuer) and is_loopback(origin)
    except ValueError:
        return False


def _origin_of(url: str | None) -> str | None:
    """Scheme, host and port of a Referer; None if there is none, and `null` for one that is no URL."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return "null"
    return f"{parts.scheme}://{parts.netloc}"
