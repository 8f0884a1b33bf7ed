"""Authorization codes (RFC 6749 §4.1.2): short-lived, used once, remembered afterwards."""

from mongoengine import DateTimeField, Document, ListField, StringField

from auth_service.models.single_use import SingleUse


class AuthorizationCode(SingleUse, Document):
    """A code, known by its SHA-256. `family` ties it to everything that it gives."""

    meta = {
        "collection": "authorization_codes",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["purge_at"], "expireAfterSeconds": 0},
            *("client_id", "sub", "family"),
            {"fields": ["session_id"], "sparse": True},
        ],
    }

    USED_AT = "redeemed_at"

    id = StringField(primary_key=True)
    client_id = StringField(required=True)
    sub = StringField(required=True)
    scope = StringField(default="")
    redirect_uri = StringField()
    code_challenge = StringField()
    nonce = StringField()
    auth_time = DateTimeField(required=True)
    amr = ListField(StringField())
    acr = StringField()
    #: The `claims` parameter (OIDC Core §5.5), as JSON.
    claims = StringField()
    family = StringField(required=True)
    session_id = StringField()
    issued_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
    #: When the record goes: as late as the tokens that it gave may live, so that a replay still finds them.
    purge_at = DateTimeField(required=True)
    redeemed_at = DateTimeField()
