"""The fields of a client's form by OIDC Registration §2: how people sign in to it, and what it is told of them."""

from wtforms import BooleanField, IntegerField, SelectChoice, SelectField, SelectMultipleField, URLField
from wtforms.validators import Optional

from admin_ui.web.client_fields import ADDRESS, SIGNING, ClientFields
from admin_ui.web.forms import LinesField

ENCRYPTION = [
    SelectChoice("", "Not encrypted"),
    SelectChoice("RSA-OAEP-256", "RSA-OAEP-256"),
    SelectChoice("ECDH-ES", "ECDH-ES"),
]
HYBRID = ("code id_token", "code token", "code id_token token")
WITH_OWN_KEY = "With a key of its own, from the keys above."


class OpenIDClientFields(ClientFields):
    """Below the others, in the order of the page."""

    response_types = SelectMultipleField(
        "Hybrid response types",
        choices=[SelectChoice(name, name) for name in HYBRID],
        description="Beside the code, which it always gets. "
        "Those with a token only under the compatible profile.",
    )
    default_max_age = IntegerField(
        "Sign in again after",
        [Optional()],
        description="Seconds since the person last signed in, where a request names no max_age.",
    )
    require_auth_time = BooleanField(
        "The id_token must say when the person signed in", description="By the claim auth_time."
    )
    default_acr_values = LinesField(
        "How people should sign in",
        [Optional()],
        description="Authentication contexts (acr), one a line, the best first, where a request names none.",
    )
    initiate_login_uri = URLField(
        "Address that begins a sign-in",
        ADDRESS,
        description="Others send people there, and the client asks them to sign in. https.",
    )
    id_token_signed_response_alg = SelectField("id_token is signed with", default="RS256", choices=SIGNING)
    id_token_encrypted_response_alg = SelectField(
        "id_token is encrypted with", choices=ENCRYPTION, description=WITH_OWN_KEY
    )
    userinfo_signed_response_alg = SelectField(
        "userinfo is signed with", choices=[SelectChoice("", "Not signed: plain JSON"), *SIGNING]
    )
    userinfo_encrypted_response_alg = SelectField(
        "userinfo is encrypted with", choices=ENCRYPTION, description=WITH_OWN_KEY
    )
    subject_type = SelectField(
        "People's subject",
        default="public",
        choices=[
            SelectChoice("public", "The same for every client"),
            SelectChoice("pairwise", "One of its own, which others cannot join"),
        ],
    )
    sector_identifier_uri = URLField(
        "Sector identifier",
        ADDRESS,
        description="For pairwise subjects of redirect URIs at several hosts: a JSON list of them all.",
    )
    request_object_signing_alg = SelectField(
        "Request objects must be",
        choices=[
            SelectChoice("", "Signed with any algorithm, or not used"),
            *SIGNING,
            SelectChoice("none", "Not signed"),
        ],
    )
    request_uris = LinesField(
        "Addresses of request objects",
        [Optional()],
        description="One a line. A request may name one of these instead of its parameters.",
    )
