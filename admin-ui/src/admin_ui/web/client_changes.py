"""Changing a client, switching it off and on, deleting it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.web.client_forms import ClientForm
from admin_ui.web.client_secrets import notice_of, signs_people_in_here
from admin_ui.web.client_types import name_of, type_of
from admin_ui.web.confirmation import Confirmation, count
from admin_ui.web.curl import equivalent
from admin_ui.web.rights import client_changers_only, present_person, writers_only

blueprint = Blueprint("client_changes", __name__)
Page = str | tuple[str, int] | Response


@blueprint.route("/admin/clients/<client_id>/edit", methods=["GET", "POST"])
@client_changers_only
def edit(client_id: str) -> Page:
    """Change the settings that people may change; only what differs is sent."""
    client = admin_api.get("clients", client_id)
    form = ClientForm(type_of(client), client)
    if form.sent_and_valid():
        try:
            if changes := form.changes():
                admin_api.patch("clients", client_id, **changes)
            flash(*notice_of(client, changes))
            return redirect(url_for("clients.page", client_id=client_id))
        except Refused as refused:
            form.take_errors(refused)
    page = render_template("clients/form.html", form=form, kind=form.kind, client=client)
    return page if request.method == "GET" else (page, 422)


@blueprint.route("/admin/clients/<client_id>/disable", methods=["GET", "POST"])
@writers_only
def disable(client_id: str) -> Page:
    """Switch the client off; nothing is lost."""
    client = admin_api.get("clients", client_id)
    asked = Confirmation(
        title=f"Disable {name_of(client)}?",
        question="It can be enabled again at any time, with all its settings.",
        consequences=[
            "Nobody can sign in with it any more.",
            "It gets no new tokens, by whatever grant.",
            _tokens_stop(client),
            *_what_stops(client),
        ],
        button="Disable client",
        back=url_for("clients.page", client_id=client_id),
        place=name_of(client),
        above=list_of_clients(),
        curl=equivalent("PATCH", "clients", client_id, content={"disabled": True}),
        irreversible=False,
    )
    if not asked.given():
        return asked.page()
    admin_api.patch("clients", client_id, disabled=True)
    flash(f"{name_of(client)} is disabled.", "success")
    return redirect(asked.back)


@blueprint.post("/admin/clients/<client_id>/enable")
@writers_only
def enable(client_id: str) -> Response:
    """Switch the client on again."""
    client = admin_api.patch("clients", client_id, disabled=False)
    flash(f"{name_of(client)} is enabled.", "success")
    return redirect(url_for("clients.page", client_id=client_id))


@blueprint.route("/admin/clients/<client_id>/delete", methods=["GET", "POST"])
@client_changers_only
def delete(client_id: str) -> Page:
    """Delete the client once its name was typed."""
    client = admin_api.get("clients", client_id)
    asked = Confirmation(
        title=f"Delete {name_of(client)}?",
        question="A deleted client cannot be brought back, and its id is not given again.",
        consequences=[
            _tokens_stop(client),
            "What people allowed it is forgotten.",
            "Applications that use its id can sign nobody in.",
            *_what_stops(client),
        ],
        button="Delete client",
        back=url_for("clients.page", client_id=client_id),
        place=name_of(client),
        above=list_of_clients(),
        typed=name_of(client),
        curl=equivalent("DELETE", "clients", client_id),
    )
    if not asked.given():
        return asked.page()
    admin_api.delete("clients", client_id)
    flash(f"{name_of(client)} is deleted.", "success")
    return redirect(url_for("clients.index"))


def list_of_clients() -> tuple[tuple[str, str], ...]:
    """The page above a client's, as the person knows it."""
    title = "Clients" if present_person().may_read else "My apps"
    return ((title, url_for("clients.index")),)


def _what_stops(client: dict[str, Any]) -> list[str]:
    """What the admin pages would lose if it is their own client."""
    if not signs_people_in_here(client):
        return []
    return ["These admin pages sign people in with it: nobody can come in here."]


def _tokens_stop(client: dict[str, Any]) -> str:
    access, refresh = client.get("active_access_tokens", 0), client.get("active_refresh_tokens", 0)
    if not access and not refresh:
        return "It has no valid tokens now; nothing that runs at this moment is cut off."
    return f"Its {count(access, 'access token')} and {count(refresh, 'refresh token')} stop working at once."
