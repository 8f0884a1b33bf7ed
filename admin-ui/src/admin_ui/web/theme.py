"""Light, dark, or as the system wishes: kept in a plain cookie, so that it works without JavaScript too."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from admin_ui.current import admin_ui
from admin_ui.login import own_path

blueprint = Blueprint("theme", __name__)
COOKIE = "gatehouse_theme"
THEMES = ("auto", "light", "dark")


def chosen_theme() -> str:
    """The theme of this browser; `auto` unless it chose one."""
    theme = request.cookies.get(COOKIE, "auto")
    return theme if theme in THEMES else "auto"


@blueprint.post("/admin/theme")
def choose() -> Response:
    """Keep the choice for a year and go back to the page."""
    theme = request.form.get("theme", "")
    settings = admin_ui().settings
    response = redirect(settings.issuer + own_path(request.form.get("back", "")))
    if theme in THEMES:
        response.set_cookie(
            COOKIE, theme, max_age=31536000, path="/", secure=settings.secure_cookies, samesite="Lax"
        )
    return response
