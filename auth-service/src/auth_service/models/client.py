"""Registered clients; the fields are named as in RFC 7591 §2 and OIDC Registration §2, ours come after them."""

from datetime import datetime

from mongoengine import (
    BinaryField,
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    StringField,
)


class ClientSecret(EmbeddedDocument):
    """The SHA-256 of a client secret. Two can be valid at once, so that rotation breaks nothing."""

    hash = StringField(required=True)
    created_at = DateTimeField(required=True)
    expires_at = DateTimeField()
    last_used_at = DateTimeField()


class Client(Document):
    """A client (RFC 6749 §2)."""

    meta = {
        "collection": "clients",
        "auto_create_index": False,
        "indexes": [("owner", "created_at", "_id"), ("created_at", "_id"), ("search_name", "_id")],
    }

    client_id = StringField(primary_key=True, max_length=128)
    client_name = StringField(max_length=128)
    #: `client_name` casefolded, for search by prefix through an index.
    search_name = StringField()
    client_uri = StringField()
    logo_uri = StringField()
    policy_uri = StringField()
    tos_uri = StringField()
    contacts = ListField(StringField())
    application_type = StringField(choices=("web", "native"), default="web")
    redirect_uris = ListField(StringField())
    post_logout_redirect_uris = ListField(StringField())
    grant_types = ListField(StringField())
    response_types = ListField(StringField())
    scope = StringField(default="")
    software_id = StringField()
    software_version = StringField()
    token_endpoint_auth_method = StringField(default="client_secret_basic")
    token_endpoint_auth_signing_alg = StringField()
    #: A JWK Set by value or by reference, never both.
    jwks = DictField(default=None, null=True)
    jwks_uri = StringField()

    subject_type = StringField(choices=("public", "pairwise"), default="public")
    sector_identifier_uri = StringField()
    id_token_signed_response_alg = StringField(default="RS256")
    id_token_encrypted_response_alg = StringField()
    id_token_encrypted_response_enc = StringField()
    userinfo_signed_response_alg = StringField()
    userinfo_encrypted_response_alg = StringField()
    userinfo_encrypted_response_enc = StringField()
    request_object_signing_alg = StringField()
    request_uris = ListField(StringField())
    default_max_age = IntField()
    require_auth_time = BooleanField(default=False)
    default_acr_values = ListField(StringField())
    initiate_login_uri = StringField()
    backchannel_logout_uri = StringField()
    backchannel_logout_session_required = BooleanField(default=False)
    frontchannel_logout_uri = StringField()
    frontchannel_logout_session_required = BooleanField(default=False)

    owner = StringField()
    #: A stricter security profile than the server's, or None.
    profile = StringField(choices=("oauth21",))
    access_token_format = StringField(choices=("opaque", "jwt"), default="opaque")
    #: The audience of its access tokens, instead of the one that their scopes have.
    audience = ListField(StringField())
    #: A resource server may introspect every token, other clients only their own (RFC 7662 §4).
    resource_server = BooleanField(default=False)
    #: First-party clients (the admin UI): their own operator needs no consent page for them.
    consent_required = BooleanField(default=True)
    secrets = EmbeddedDocumentListField(ClientSecret)
    #: The secrets themselves, sealed together, for `client_secret_jwt` alone: a MAC cannot be checked with a hash
    #: of its key.
    encrypted_secret = BinaryField()
    #: The SHA-256 of the token that manages this registration (RFC 7592 §3), of a client that registered itself.
    registration_access_token = StringField()
    disabled_at = DateTimeField()
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)

    def clean(self) -> None:
        """Keep the searchable name in step."""
        self.search_name = (self.client_name or self.client_id).casefold()

    @classmethod
    def note_use(cls, client_id: str, secret_hash: str, now: datetime) -> None:
        """Keep when a secret was used last, for whoever wonders whether it can go."""
        cls._get_collection().update_one(
            {"_id": client_id, "secrets.hash": secret_hash}, {"$set": {"secrets.$.last_used_at": now}}
        )
