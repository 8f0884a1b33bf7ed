"""How an authorization response leaves: as a redirect, or as a form that the browser posts (OAuth Form Post §2)."""

from flask import Response, make_response, render_template

from auth_service.protocol.authorization_response import FORM_POST, AuthorizationResponse
from auth_service.protocol.client import RegisteredClient
from auth_service.web.client_redirect import ClientRedirect
from auth_service.web.security_headers import forms_may_lead_to_client


def send(response: AuthorizationResponse, client: RegisteredClient) -> Response:
    """The answer for the browser; it is not to be kept by anyone (RFC 6749 §5.1, OAuth Form Post §2)."""
    if response.mode == FORM_POST:
        forms_may_lead_to_client()
        page = make_response(render_template("form_post.html", response=response, client=client))
        page.headers["Cache-Control"] = "no-cache, no-store"
        # With the form goes `Origin`: ours, which an app can check, where the usual policy would make it `null`.
        page.headers["Referrer-Policy"] = "origin"
        return page
    return ClientRedirect(response.location)
