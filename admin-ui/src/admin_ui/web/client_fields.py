"""The fields of a client's form by RFC 7591 §2 and the logout specifications, each with its words."""

from wtforms import (
    BooleanField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    URLField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from admin_ui.web.forms import Form, JsonObjectField, LinesField
from admin_ui.web.redirect_uri_fields import RedirectUrisField, check_web_address

SIGNING = [SelectChoice(name, name) for name in ("RS256", "PS256", "ES256", "EdDSA")]
ADDRESS = [Optional(), check_web_address]


class ClientFields(Form):
    """In the order of the page; `client_folds` says what matters to which kind of client."""

    client_name = StringField(
        "Name",
        [DataRequired("Give it a name."), Length(max=128)],
        description="People see it when they sign in and when they are asked to allow something.",
    )
    redirect_uris = RedirectUrisField(
        "Redirect URIs", [InputRequired("At least one is needed: people are sent back to it.")]
    )
    scope = SelectMultipleField("What it may ask for")

    client_uri = URLField("Home page", ADDRESS, description="Linked from the page that asks people.")
    logo_uri = URLField("Logo", ADDRESS)
    policy_uri = URLField("Privacy policy", ADDRESS)
    tos_uri = URLField("Terms of service", ADDRESS)
    contacts = LinesField(
        "Contacts",
        [Optional()],
        description="How to reach those who look after it, usually email addresses, one a line.",
    )
    software_id = StringField(
        "Software id", [Optional()], description="The same for all copies of one program."
    )
    software_version = StringField(
        "Software version", [Optional()], description="Changes with each release, while the id stays."
    )
    access_token_format = RadioField(
        "Access tokens",
        choices=[SelectChoice("opaque", "Opaque"), SelectChoice("jwt", "JWT (RFC 9068)")],
        default="opaque",
        description="Opaque tokens can be revoked at any moment. A JWT can be checked without asking us, "
        "and then stays good until it expires.",
    )
    profile = SelectField(
        "Security profile",
        choices=[
            SelectChoice("", "The server's"),
            SelectChoice("oauth21", "OAuth 2.1, even where the server is laxer"),
        ],
    )

    token_endpoint_auth_method = SelectField(
        "How it proves itself",
        default="client_secret_basic",
        choices=[
            SelectChoice("client_secret_basic", "Secret, by HTTP Basic"),
            SelectChoice("client_secret_post", "Secret, in the form"),
            SelectChoice("client_secret_jwt", "JWT, signed with the secret"),
            SelectChoice("private_key_jwt", "JWT, signed with a key of its own"),
        ],
        description="A key of its own never leaves it. It needs the key's public part below.",
    )
    token_endpoint_auth_signing_alg = SelectField(
        "Such JWTs are signed with",
        choices=[SelectChoice("", "Any algorithm that fits"), SelectChoice("HS256", "HS256"), *SIGNING],
        description="HS256 goes with the secret, the others with a key of its own.",
    )
    jwks_uri = URLField(
        "Address of its keys",
        ADDRESS,
        description="A JWK Set of its public keys, which it can change without asking anybody.",
    )
    jwks = JsonObjectField(
        "Its public keys",
        [Optional()],
        description="The JWK Set itself, where it has no address. One of the two.",
    )

    post_logout_redirect_uris = RedirectUrisField(
        "Where people go after signing out",
        [Optional()],
        description="One address a line, for after the end of a session.",
    )
    backchannel_logout_uri = URLField(
        "Back-channel logout",
        ADDRESS,
        description="It is sent a logout token there when a session ends, whatever the browser does.",
    )
    backchannel_logout_session_required = BooleanField(
        "The logout token must name the session", description="By the claim sid, the id_token's own."
    )
    frontchannel_logout_uri = URLField(
        "Front-channel logout",
        ADDRESS,
        description="Shown in a frame when somebody signs out here. At the same host as a redirect URI.",
    )
    frontchannel_logout_session_required = BooleanField(
        "The app relies on the session in the frame's address",
        description="Its iss and sid are there in any case; this records that the app needs them.",
    )
