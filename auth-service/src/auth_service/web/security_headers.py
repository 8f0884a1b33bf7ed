"""The headers that every answer carries: what a page may load, who may frame it, what it may tell others."""

from collections.abc import Iterable

from flask import Flask, Response, g, request

from auth_service.settings import Settings

_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_MACHINE_POLICY = "default-src 'none'; frame-ancestors 'none'"

_OPENER_POLICY = "Cross-Origin-Opener-Policy"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: that makes browsers send `Origin: null` with our own forms, which `csrf` checks.
    # To every other origin it says as little.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=(), "
        "publickey-credentials-get=(self)"
    ),
    _OPENER_POLICY: "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: Where apps send people, in a window of its own if they like (OIDC Core §3.1.2.1, `display`). Any policy here, at a
#: redirect even, would part that window for good from the one that waits for its answer. It would also hide from that
#: one whether this one is closed, and no more: what stands in it, pages of other origins cannot read.
_IN_APPS_WINDOWS = ("authorize", "login", "select_account", "consent", "logout")


def for_machines(settings: Settings) -> dict[str, str]:
    """All of them, as an answer has them that is no page."""
    return _for_all(settings) | {"Content-Security-Policy": _MACHINE_POLICY, "Cache-Control": "no-store"}


def init(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of the application."""
    headers = _for_all(settings)

    @app.after_request
    def add_headers(response: Response) -> Response:
        if request.blueprint in _IN_APPS_WINDOWS:
            response.headers[_OPENER_POLICY] = "unsafe-none"
        # Not `setdefault`, which looks through all headers each time.
        present = {name.lower() for name, _ in response.headers}
        for name, value in headers.items():
            if name.lower() not in present:
                response.headers.add(name, value)
        if "content-security-policy" not in present:
            response.headers.add("Content-Security-Policy", _policy_for(response))
        if "cache-control" not in present:
            response.headers.add("Cache-Control", "no-store")
        return response


def forms_may_lead_to_client() -> None:
    """Let this page's forms end, over redirects, at a client's redirect URI.

    Chromium holds every redirect that follows a form post against `form-action`. The redirect URI's origin
    alone would not do: a client that is itself a broker redirects on, to origins that we cannot know, and the
    person would press a button on which nothing happens. So pages of a running authorization go without
    `form-action`; what it guards against, a form injected into the page, is kept out by escaping and by the
    rest of the policy.
    """
    g.forms_may_lead_to_client = True


def frames_may_show(origins: Iterable[str]) -> None:
    """Let this page's frames show pages of these origins, and of no others."""
    g.frame_origins = sorted(set(origins))


def _for_all(settings: Settings) -> dict[str, str]:
    if settings.secure_cookies:
        return _HEADERS | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
    return _HEADERS


def _policy_for(response: Response) -> str:
    if response.mimetype != "text/html":
        return _MACHINE_POLICY
    policy = _POLICY if g.get("forms_may_lead_to_client") else f"{_POLICY}; form-action 'self'"
    return f"{policy}; frame-src {' '.join(origins)}" if (origins := g.get("frame_origins")) else policy
