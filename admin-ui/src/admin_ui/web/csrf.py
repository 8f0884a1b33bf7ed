"""Every POST carries the session's CSRF token, and comes from our origin where the browser names one."""

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from admin_ui.current import admin_ui

_protect = CSRFProtect()


def init_app(app: Flask) -> None:
    """Protect the whole application, whatever a view does."""
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # the session's own expiry bounds it
        WTF_CSRF_SSL_STRICT=False,  # it compares with Host, which is the gateway's business; Origin is below
    )
    _protect.init_app(app)

    @app.before_request
    def refuse_other_origins() -> None:
        """Raise CSRFError for a form that another origin sent."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return
        origin = request.headers.get("Origin")
        if origin is not None and origin != admin_ui().settings.issuer:
            raise CSRFError("The form came from another origin.")
