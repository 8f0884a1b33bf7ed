"""Authorization requests (RFC 6749 §4.1.1), stored once validated while the person signs in and decides."""

from mongoengine import DateTimeField, DictField, Document, ListField, StringField


class AuthorizationRequest(Document):
    """A validated request, known by the SHA-256 of the id that the browser carries: nothing to tamper with."""

    meta = {
        "collection": "authorization_requests",
        "auto_create_index": False,
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}, "client_id"],
    }

    id = StringField(primary_key=True)
    client_id = StringField(required=True)
    parameters = DictField(required=True)
    #: What was made of them at first, which may rest on the registration: where to answer, and what is asked for.
    redirect_uri = StringField(required=True)
    scope = ListField(StringField())
    #: Of `id_token_hint` no more than whom it names, as the client knows them.
    hinted_subject = StringField()
    #: What to fill in on the sign-in page, where the client said whom it expects.
    login_name = StringField()
    #: The subject as whom the person chose to go on, where they were asked (`prompt=select_account`).
    chosen_sub = StringField()
    #: The browser session, by its public id, in which the person has signed in for this request.
    signed_in_session = StringField()
    created_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
