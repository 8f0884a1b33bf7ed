"""`/admin/grants`: what people allowed to clients; withdraw one or all."""

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.login import own_path
from admin_ui.web import listing
from admin_ui.web.confirmation import Confirmation, count
from admin_ui.web.curl import equivalent
from admin_ui.web.rights import require_reader, writers_only
from admin_ui.web.tokens import chosen_owner, client_of, holder_of, owner_and_way_back

blueprint = Blueprint("grants", __name__)
blueprint.before_request(require_reader)
Page = str | tuple[str, int] | Response
CONSEQUENCES = ["The tokens given under it stop working at once.", "The client has to ask for consent again."]


@blueprint.get("/admin/grants")
def index() -> str:
    """All grants."""
    found = listing.fetch("grants", filters=("client_id", "sub"))
    return render_template(
        "grants/list.html", listing=found, curl=equivalent("GET", "grants", query=found.query)
    )


@blueprint.route("/admin/grants/<grant_id>/revoke", methods=["GET", "POST"])
@writers_only
def revoke(grant_id: str) -> Page:
    """Withdraw one grant."""
    grant = admin_api.get("grants", grant_id)
    asked = Confirmation(
        title="Withdraw this grant?",
        question=f"{holder_of(grant)} allowed {client_of(grant)}: {' '.join(grant['scope']) or 'no scope'}.",
        consequences=CONSEQUENCES,
        button="Withdraw grant",
        back=own_path(request.values.get("back", "")),
        place="",
        above=(("Grants", url_for("grants.index")),),
        curl=equivalent("DELETE", "grants", grant_id),
    )
    if not asked.given():
        return asked.page()
    admin_api.delete("grants", grant_id)
    flash("The grant is withdrawn.", "success")
    return redirect(asked.back)


@blueprint.route("/admin/grants/revoke-all", methods=["GET", "POST"])
@writers_only
def revoke_all() -> Page:
    """Withdraw everything that was allowed to one client, or that one user allowed."""
    whose = chosen_owner()
    name, back, place = owner_and_way_back(whose, "Grants")
    asked = Confirmation(
        title=f"Withdraw all grants of {name}?",
        question="Each can be given again on the consent page.",
        consequences=CONSEQUENCES,
        button="Withdraw all grants",
        back=back,
        place=place,
        curl=equivalent("DELETE", "grants", query=urlencode(whose)),
    )
    if not asked.given():
        return asked.page()
    revoked = admin_api.delete("grants", **whose).get("revoked", 0)
    flash(f"{count(revoked, 'grant')} of {name} withdrawn.", "success")
    return redirect(back)
