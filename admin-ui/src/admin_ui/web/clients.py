"""`/admin/clients`: the list, the wizard, and each client's page."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.web import listing, once
from admin_ui.web.client_forms import ClientForm
from admin_ui.web.client_types import BY_KEY, TYPES
from admin_ui.web.curl import equivalent
from admin_ui.web.quickstart import snippets_for
from admin_ui.web.redirect_uris import check_lines, reason_against_number
from admin_ui.web.rights import client_changers_only, present_person

blueprint = Blueprint("clients", __name__)
SHOWN = 5  # tokens and grants on the client's own page


@blueprint.get("/admin/clients")
def index() -> str:
    """All clients, or the person's own."""
    found = listing.fetch("clients", filters=("search", "owner"))
    return render_template(
        "clients/list.html", listing=found, curl=equivalent("GET", "clients", query=found.query)
    )


@blueprint.get("/admin/clients/new")
@client_changers_only
def choose_type() -> str | Response:
    """The wizard's first step: what kind of application it is."""
    if kind := BY_KEY.get(request.args.get("type", "")):
        return redirect(url_for("clients.create", kind=kind.key))
    return render_template("clients/types.html", types=TYPES)


@blueprint.route("/admin/clients/new/<kind>", methods=["GET", "POST"])
@client_changers_only
def create(kind: str) -> str | tuple[str, int]:
    """The wizard's second step; the answer to the POST is the only page that ever shows the secret."""
    client_type = BY_KEY.get(kind)
    if client_type is None:
        raise NotFound
    once.refuse_repeated("Clients" if present_person().may_read else "My apps", url_for("clients.index"))
    form = ClientForm(client_type)
    if form.sent_and_valid():
        try:
            client = admin_api.post("clients", **form.registration())
            once.use_up()
            return _created(client)
        except Refused as refused:
            form.take_errors(refused)
    page = render_template("clients/form.html", form=form, kind=client_type, client=None)
    return page if request.method == "GET" else (page, 422)


def _created(client: dict[str, Any]) -> tuple[str, int]:
    secret = client.pop("client_secret", None)
    page = render_template(
        "clients/created.html", client=client, secret=secret, snippets=snippets_for(client, secret)
    )
    return page, 201


@blueprint.post("/admin/clients/check-redirect-uris")
@client_changers_only
def check_redirect_uris() -> str:
    """The verdict on each line while it is typed; the POST of the form checks the same."""
    text = request.form.get(request.form.get("field", "redirect_uris"), "")
    lines = check_lines(text, native=request.form.get("kind") == "native")
    return render_template("clients/checked_lines.html", lines=lines, too_many=reason_against_number(lines))


@blueprint.get("/admin/clients/<client_id>")
def page(client_id: str) -> str:
    """One client: settings, secrets, ready lines; for administrators its tokens and grants too."""
    client = admin_api.get("clients", client_id)
    tokens = grants = deliveries = None
    if present_person().may_read:
        tokens = admin_api.get("tokens", client_id=client_id, limit=SHOWN)
        grants = admin_api.get("grants", client_id=client_id, limit=SHOWN)
        if client.get("backchannel_logout_uri"):
            deliveries = admin_api.get("logout-deliveries", client_id=client_id, limit=SHOWN)
    return render_template(
        "clients/page.html",
        client=client,
        tokens=tokens,
        grants=grants,
        deliveries=deliveries,
        snippets=snippets_for(client),
        curl=equivalent("GET", "clients", client_id),
    )
