"""`/admin/registration`: who may register clients by program, and the tokens that let them (RFC 7591 §3)."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.current import admin_ui
from admin_ui.web import listing, once
from admin_ui.web.confirmation import Confirmation, count
from admin_ui.web.curl import equivalent
from admin_ui.web.forms import Form
from admin_ui.web.rights import require_reader, writers_only

blueprint = Blueprint("initial_access_tokens", __name__)
blueprint.before_request(require_reader)
Page = str | tuple[str, int] | Response
LIFETIMES = [
    SelectChoice("3600", "In an hour"),
    SelectChoice("86400", "In a day"),
    SelectChoice("604800", "In a week"),
    SelectChoice("2592000", "In 30 days"),
    SelectChoice("31536000", "In a year"),
]


class TokenForm(Form):
    """A token to make: whom it is for, and what bounds it."""

    name = StringField("Name", [DataRequired("Say whom or what it is for."), Length(max=128)])
    uses = IntegerField(
        "Clients it may register",
        [
            InputRequired("Give a number."),
            NumberRange(min=1, max=10_000, message="Give a number from 1 to 10000."),
        ],
        default=1,
    )
    expires_in = SelectField("When it expires", choices=LIFETIMES, default="604800")


@blueprint.get("/admin/registration")
def index() -> str:
    """Whether registration is open, and the tokens that have not expired."""
    found = listing.fetch("initial-access-tokens", filters=())
    return render_template(
        "initial_access_tokens/list.html",
        listing=found,
        mode=found.reply.get("registration", ""),
        endpoint=f"{admin_ui().settings.issuer}/oauth/register",
        curl=equivalent("GET", "initial-access-tokens"),
    )


@blueprint.route("/admin/registration/tokens/new", methods=["GET", "POST"])
@writers_only
def create() -> Page:
    """Make a token; the answer to the POST is the only page that ever shows it."""
    once.refuse_repeated("Registration", url_for("initial_access_tokens.index"))
    form = TokenForm()
    if form.sent_and_valid():
        try:
            made = admin_api.post(
                "initial-access-tokens",
                name=form.name.data,
                uses=form.uses.data,
                expires_in=int(form.expires_in.data),
            )
            once.use_up()
            return render_template("initial_access_tokens/created.html", made=made), 201
        except Refused as refused:
            form.take_errors(refused)
    page = render_template("initial_access_tokens/form.html", form=form)
    return page if request.method == "GET" else (page, 422)


@blueprint.route("/admin/registration/tokens/<token_id>/delete", methods=["GET", "POST"])
@writers_only
def delete(token_id: str) -> Page:
    """Take a token back."""
    token = admin_api.get("initial-access-tokens", token_id)
    asked = Confirmation(
        title="Delete this initial access token?",
        question=f"{token['name']}: {token['remaining']} of {count(token['uses'], 'registration')} left.",
        consequences=[
            "Nothing can be registered with it any more.",
            "Clients that were registered with it stay.",
        ],
        button="Delete token",
        back=url_for("initial_access_tokens.index"),
        place="Registration",
        curl=equivalent("DELETE", "initial-access-tokens", token_id),
    )
    if not asked.given():
        return asked.page()
    admin_api.delete("initial-access-tokens", token_id)
    flash("The token is deleted.", "success")
    return redirect(asked.back)
