"""`/admin/tokens`: which tokens are valid, by client, user and kind; revoke one or all."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.login import own_path
from admin_ui.web import listing
from admin_ui.web.client_types import name_of
from admin_ui.web.confirmation import Confirmation, count
from admin_ui.web.curl import equivalent
from admin_ui.web.rights import require_reader, writers_only

blueprint = Blueprint("tokens", __name__)
blueprint.before_request(require_reader)
Page = str | tuple[str, int] | Response
#: By kind of token, as the admin API and RFC 7009 §2.1 have it.
CONSEQUENCES = {
    "access": [
        "Whoever uses it is refused from the next request on.",
        "The client is not locked out: it may get another.",
    ],
    "refresh": [
        "The access tokens that came from the same sign-in stop working with it.",
        "The client gets new ones only when the person signs in to it again.",
    ],
}


@blueprint.get("/admin/tokens")
def index() -> str:
    """All valid tokens; the tokens themselves are not stored, their hashes name them."""
    found = listing.fetch("tokens", filters=("kind", "client_id", "sub"))
    return render_template(
        "tokens/list.html", listing=found, curl=equivalent("GET", "tokens", query=found.query)
    )


@blueprint.route("/admin/tokens/<token_id>/revoke", methods=["GET", "POST"])
@writers_only
def revoke(token_id: str) -> Page:
    """Revoke one token; a refresh token takes all that came from the same authorization with it."""
    token = admin_api.get("tokens", token_id)
    asked = Confirmation(
        title=f"Revoke this {token['kind']} token?",
        question=f"{client_of(token)} has it for {holder_of(token)}. Its hash is {token_id}.",
        consequences=CONSEQUENCES[token["kind"]],
        button="Revoke token",
        back=own_path(request.values.get("back", "")),
        place="",
        above=(("Tokens", url_for("tokens.index")),),
        curl=equivalent("DELETE", "tokens", token_id),
    )
    if not asked.given():
        return asked.page()
    admin_api.delete("tokens", token_id)
    flash("The token is revoked.", "success")
    return redirect(asked.back)


@blueprint.route("/admin/tokens/revoke-all", methods=["GET", "POST"])
@writers_only
def revoke_all() -> Page:
    """Revoke every token of one client or of one user."""
    whose = chosen_owner()
    name, back, place = owner_and_way_back(whose, "Tokens")
    asked = Confirmation(
        title=f"Revoke all tokens of {name}?",
        question="Their grants stay: what people allowed is still allowed.",
        consequences=[
            "Every access token and refresh token stops working at once.",
            "People have to sign in again.",
        ],
        button="Revoke all tokens",
        back=back,
        place=place,
        curl=equivalent("DELETE", "tokens", query=urlencode(whose)),
    )
    if not asked.given():
        return asked.page()
    revoked = admin_api.delete("tokens", **whose).get("revoked", 0)
    flash(f"{count(revoked, 'token')} of {name} revoked.", "success")
    return redirect(back)


def chosen_owner() -> dict[str, str]:
    """`{"client_id": …}` or `{"sub": …}` as the address says; raises NotFound for neither or both."""
    whose = {name: request.values[name] for name in ("client_id", "sub") if request.values.get(name)}
    if len(whose) != 1:
        raise NotFound
    return whose


def client_of(row: dict[str, Any]) -> str:
    """The client of a token or grant, as people call it."""
    return str(row["client_name"] or row["client_id"])


def holder_of(row: dict[str, Any]) -> str:
    """The person of a token or grant, or that there is none."""
    own = row["sub"] in (None, row["client_id"])
    return "itself" if own else str(row["username"] or row["sub"])


def owner_and_way_back(whose: dict[str, str], of_list: str) -> tuple[str, str, str]:
    """The name that people know the client or user by; the list that one came from, else its page; that one's name."""
    if "client_id" in whose:
        name = name_of(admin_api.get("clients", whose["client_id"]))
        page = url_for("clients.page", client_id=whose["client_id"])
    else:
        name = admin_api.get("users", whose["sub"])["username"]
        page = url_for("users.page", sub=whose["sub"])
    if given := request.values.get("back"):
        return name, own_path(given), of_list
    return name, page, name
