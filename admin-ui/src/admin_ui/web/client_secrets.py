"""A new secret for a client, the previous one kept valid for as long as its owner needs to roll it out."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from wtforms import RadioField, SelectChoice

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.current import admin_ui
from admin_ui.web import once
from admin_ui.web.client_types import name_of
from admin_ui.web.curl import equivalent
from admin_ui.web.forms import Form
from admin_ui.web.quickstart import snippets_for
from admin_ui.web.rights import client_changers_only

blueprint = Blueprint("client_secrets", __name__)
OVERLAPS = [
    SelectChoice("0", "It stops working at once"),
    SelectChoice("3600", "For one hour"),
    SelectChoice("86400", "For one day"),
    SelectChoice("604800", "For one week"),
]


ROTATE_NOW = (
    "The changes are saved. It can prove itself this way only with a new secret: "
    "of those it had, we keep nothing but hashes."
)


class RotationForm(Form):
    """How long the previous secret stays valid, in seconds."""

    keep_previous_for = RadioField("The previous secret", choices=OVERLAPS, default="86400")


def signs_people_in_here(client: dict[str, Any]) -> bool:
    """Whether it is the admin pages' own client."""
    return bool(client["client_id"] == admin_ui().settings.client_id)


def needs_new_secret(client: dict[str, Any], method: str) -> bool:
    """Whether the client, as it is now, could prove itself by this method only with another secret.

    A MAC cannot be checked by the hash that is all we keep of a secret for the other methods.
    """
    if method == "client_secret_jwt":
        return bool(client["token_endpoint_auth_method"] != method)
    return method.startswith("client_secret") and not client.get("secrets")


def notice_of(client: dict[str, Any], changes: dict[str, Any]) -> tuple[str, str]:
    """What to say of changes that are saved, and its category: a warning is shown with the way to rotate."""
    if needs_new_secret(client, changes.get("token_endpoint_auth_method", "")):
        return ROTATE_NOW, "warning"
    return "The changes are saved." if changes else "Nothing was changed.", "success"


@blueprint.route("/admin/clients/<client_id>/secret", methods=["GET", "POST"])
@client_changers_only
def rotate(client_id: str) -> str | tuple[str, int]:
    """Ask for the overlap; the answer to the POST is the only page that ever shows the secret."""
    client = admin_api.get("clients", client_id)
    once.refuse_repeated(name_of(client), url_for("clients.page", client_id=client_id))
    form = RotationForm()
    if form.sent_and_valid():
        try:
            seconds = int(form.keep_previous_for.data)
            reply = admin_api.post("clients", client_id, "secret", keep_previous_for=seconds)
            once.use_up()
            return render_template(
                "clients/rotated.html",
                client=client,
                secret=reply["client_secret"],
                previous_expires_at=reply.get("previous_expires_at"),
                snippets=snippets_for(client, reply["client_secret"]),
            )
        except Refused as refused:
            form.take_errors(refused)
    curl = equivalent("POST", "clients", client_id, "secret", content={"keep_previous_for": 86400})
    page = render_template(
        "clients/rotate.html", form=form, client=client, ours=signs_people_in_here(client), curl=curl
    )
    return page if request.method == "GET" else (page, 422)
