"""Refresh tokens (RFC 6749 §1.5), which rotate: each is good for one use."""

from datetime import datetime

from mongoengine import BooleanField, DateTimeField, ListField, StringField

from auth_service.models.token import Token


class RefreshToken(Token):
    """A refresh token. A used one stays until it expires, so that a second use is seen as reuse."""

    meta = {"collection": "refresh_tokens"}

    rotated_at = DateTimeField()
    auth_time = DateTimeField()
    amr = ListField(StringField())
    acr = StringField()
    #: The `claims` parameter (OIDC Core §5.5), as JSON.
    claims = StringField()
    #: Whether it outlives the session that it came from: `offline_access` was allowed (OIDC Core §11).
    offline = BooleanField(default=False)

    @classmethod
    def claim(cls, token_id: str, client_id: str, now: datetime) -> bool:
        """Use the token up in one atomic write; False if it was used, expired or another client's."""
        claimed = cls._get_collection().update_one(
            {"_id": token_id, "client_id": client_id, "rotated_at": None, "expires_at": {"$gt": now}},
            {"$set": {"rotated_at": now}},
        )
        return claimed.modified_count == 1
