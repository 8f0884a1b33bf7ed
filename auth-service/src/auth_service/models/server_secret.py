"""The server's own secrets, the same for every replica: encrypted with a key that is not in the database."""

from mongoengine import BinaryField, Document, StringField


class ServerSecret(Document):
    """One secret, under the name of its purpose. Made once, by `migrate`, and never changed."""

    meta = {"collection": "server_secrets", "auto_create_index": False}

    name = StringField(primary_key=True)
    sealed = BinaryField(required=True)
