"""`/admin/logout-deliveries`: whether clients were told that a session ended (OIDC Back-Channel Logout §2.5)."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.login import own_path
from admin_ui.web import listing
from admin_ui.web.curl import equivalent
from admin_ui.web.rights import require_reader, writers_only

blueprint = Blueprint("logout_deliveries", __name__)
blueprint.before_request(require_reader)
#: By the exception that auth-service names.
FAILURES = {
    "failed: ConnectionRefusedError": "The connection was refused.",
    "failed: ConnectionResetError": "The connection was broken off.",
    "failed: BrokenPipeError": "The connection was broken off.",
    "failed: RemoteDisconnected": "The connection was closed without an answer.",
    "failed: SSLCertVerificationError": "Its certificate was not accepted.",
    "failed: SSLError": "No TLS connection came about.",
    "failed: SSLEOFError": "No TLS connection came about.",
    "failed: BadStatusLine": "What answered does not speak HTTP.",
    "failed: OSError": "The address could not be reached.",
}


def result_in_words(result: str | None) -> str:
    """What came of the last attempt; as auth-service has it where that is for people already."""
    return FAILURES.get(result or "", result or "")


@blueprint.get("/admin/logout-deliveries")
def index() -> str:
    """The deliveries of the last week, the newest first."""
    found = listing.fetch("logout-deliveries", filters=("status", "client_id"))
    return render_template(
        "logout_deliveries/list.html",
        listing=found,
        curl=equivalent("GET", "logout-deliveries", query=found.query),
    )


@blueprint.post("/admin/logout-deliveries/<delivery_id>/retry")
@writers_only
def retry(delivery_id: str) -> Response:
    """Try it again now; it does no harm to tell a client twice."""
    delivery = admin_api.post("logout-deliveries", delivery_id, "retry")
    name = delivery.get("client_name") or delivery["client_id"]
    flash(f"{name} is told again now. Reload the page for the result.", "success")
    return redirect(own_path(request.form.get("back", "")))
