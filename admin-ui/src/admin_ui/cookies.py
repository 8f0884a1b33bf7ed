"""How our cookies are named and set, in one place."""

from urllib.parse import urlsplit

from flask import Response

from admin_ui.settings import Settings


class CookieRules:
    """HttpOnly and SameSite=Lax always; Secure and `__Host-` under https."""

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.secure_cookies
        port = urlsplit(settings.issuer).port  # browsers share cookies among the ports of a host
        self._prefix = ("__Host-" if self._secure else "") + "gatehouse_admin" + (f"_{port}" if port else "")
        self._path = "/" if self._secure else "/admin"  # `__Host-` demands the root

    def name(self, kind: str) -> str:
        """The full name of one kind of cookie."""
        return f"{self._prefix}_{kind}"

    def set(self, response: Response, kind: str, value: str, max_age: int) -> None:
        """Set the cookie for `max_age` seconds."""
        response.set_cookie(
            self.name(kind),
            value,
            max_age=max_age,
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def delete(self, response: Response, kind: str) -> None:
        """Let the browser forget the cookie."""
        response.delete_cookie(
            self.name(kind), path=self._path, secure=self._secure, httponly=True, samesite="Lax"
        )
