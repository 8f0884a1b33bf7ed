"""`/admin/users`: the list, creation, and each user's page."""

from flask import Blueprint, render_template, request
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.web import listing
from admin_ui.web.curl import equivalent
from admin_ui.web.forms import Form
from admin_ui.web.rights import require_reader, writers_only

blueprint = Blueprint("users", __name__)
blueprint.before_request(require_reader)
SHOWN = 5  # tokens and grants on the user's own page


class ProfileForm(Form):
    """What an administrator may say of a user."""

    name = StringField("Name", [Optional(), Length(max=100)])
    email = StringField(
        "Email",
        [Optional(), Length(max=254), Regexp(r"[^@\s]+@[^@\s]+\Z", message="This is no email address.")],
    )
    email_verified = BooleanField("The address is known to be theirs")
    administrator = BooleanField("Administrator: may see and change everything here")


class NewUserForm(ProfileForm):
    """The same, with the name to sign in with."""

    username = StringField(
        "Username", [DataRequired("People sign in with it; it cannot be changed later."), Length(max=100)]
    )


@blueprint.get("/admin/users")
def index() -> str:
    """All users."""
    found = listing.fetch("users", filters=("search",))
    return render_template("users/list.html", listing=found, curl=equivalent("GET", "users"))


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
@writers_only
def create() -> str | tuple[str, int]:
    """Create a user with a generated password, which the answer to the POST alone shows."""
    form = NewUserForm()
    if form.sent_and_valid():
        try:
            user = admin_api.post("users", **creation_fields(form))
            password = user.pop("password", None)
            return render_template(
                "users/password_shown.html", user=user, password=password, created=True
            ), 201
        except Refused as refused:
            form.take_errors(refused)
    page = render_template("users/form.html", form=form, user=None)
    return page if request.method == "GET" else (page, 422)


def creation_fields(form: NewUserForm) -> dict[str, object]:
    """The admin API's fields for a new user."""
    fields = {"username": form.username.data.strip(), **profile_fields(form)}
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def profile_fields(form: ProfileForm) -> dict[str, object]:
    """The admin API's fields for what the form holds; cleared ones are null."""
    return {
        "name": (form.name.data or "").strip() or None,
        "email": (form.email.data or "").strip() or None,
        "email_verified": bool(form.email_verified.data),
        "roles": ["admin"] if form.administrator.data else [],
    }


@blueprint.get("/admin/users/<sub>")
def page(sub: str) -> str:
    """One user with the newest tokens and grants."""
    return render_template(
        "users/page.html",
        user=admin_api.get("users", sub),
        tokens=admin_api.get("tokens", sub=sub, limit=SHOWN),
        grants=admin_api.get("grants", sub=sub, limit=SHOWN),
        curl=equivalent("GET", "users", sub),
    )
