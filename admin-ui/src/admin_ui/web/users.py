"""`/admin/users`: the list, creation, and each user's page."""

from flask import Blueprint, render_template, request, url_for
from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.web import listing, once
from admin_ui.web.curl import equivalent
from admin_ui.web.forms import Form
from admin_ui.web.rights import require_reader, writers_only

blueprint = Blueprint("users", __name__)
blueprint.before_request(require_reader)
SHOWN = 5  # tokens and grants on the user's own page


#: Where the postal address's parts stand in the form (OIDC Core §5.1.1).
ADDRESS = ("street_address", "locality", "region", "postal_code", "country")
#: The other claims that are folded away, as the admin API names them (OIDC Core §5.1).
DETAILS = (
    *("given_name", "middle_name", "family_name", "nickname", "birthdate", "gender", "phone_number"),
    *("locale", "zoneinfo", "website", "profile_url", "picture"),
)


class ProfileForm(Form):
    """What an administrator may say of a user."""

    name = StringField("Name", [Optional(), Length(max=128)])
    email = StringField(
        "Email",
        [Optional(), Length(max=254), Regexp(r"[^@\s]+@[^@\s]+\Z", message="This is no email address.")],
    )
    email_verified = BooleanField("The address is known to be theirs")
    given_name = StringField("Given name", [Optional(), Length(max=128)])
    middle_name = StringField("Middle name", [Optional(), Length(max=128)])
    family_name = StringField("Family name", [Optional(), Length(max=128)])
    nickname = StringField("Nickname", [Optional(), Length(max=128)])
    birthdate = StringField("Birthdate", [Optional()])
    gender = StringField("Gender", [Optional(), Length(max=128)])
    phone_number = StringField("Phone number", [Optional()])
    phone_number_verified = BooleanField("The number is known to be theirs")
    locale = StringField("Language", [Optional()])
    zoneinfo = StringField("Time zone", [Optional()])
    website = StringField("Website", [Optional()])
    profile_url = StringField("Profile page", [Optional()])
    picture = StringField("Picture", [Optional()])
    street_address = TextAreaField("Street address", [Optional(), Length(max=500)])
    locality = StringField("City", [Optional(), Length(max=128)])
    region = StringField("State or region", [Optional(), Length(max=128)])
    postal_code = StringField("Postal code", [Optional(), Length(max=128)])
    country = StringField("Country", [Optional(), Length(max=128)])
    administrator = BooleanField("Administrator: may see and change everything here")

    @property
    def details(self) -> list[Field]:
        """The fields that are folded away."""
        names = [*DETAILS, *ADDRESS]
        names.insert(names.index("phone_number") + 1, "phone_number_verified")
        return [self[name] for name in names]

    @property
    def details_open(self) -> bool:
        """Whether one of them has an error."""
        return any(field.errors for field in self.details)


class NewUserForm(ProfileForm):
    """The same, with the name to sign in with."""

    username = StringField(
        "Username", [DataRequired("Give a username. It cannot be changed later."), Length(max=64)]
    )


@blueprint.get("/admin/users")
def index() -> str:
    """All users."""
    found = listing.fetch("users", filters=("search",))
    return render_template(
        "users/list.html", listing=found, curl=equivalent("GET", "users", query=found.query)
    )


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
@writers_only
def create() -> str | tuple[str, int]:
    """Create a user with a generated password, which the answer to the POST alone shows."""
    once.refuse_repeated("Users", url_for("users.index"))
    form = NewUserForm()
    if form.sent_and_valid():
        try:
            user = admin_api.post("users", **creation_fields(form))
            once.use_up()
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
        **{name: text_of(form[name]) for name in ("name", "email", *DETAILS)},
        "phone_number_verified": bool(form.phone_number_verified.data),
        "address": {name: text for name in ADDRESS if (text := text_of(form[name]))} or None,
        "email_verified": bool(form.email_verified.data),
        "roles": ["admin"] if form.administrator.data else [],
    }


def text_of(field: Field) -> str | None:
    """What was typed, without the blanks around it and with plain ends of lines; None for nothing."""
    return (field.data or "").replace("\r\n", "\n").strip() or None


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
