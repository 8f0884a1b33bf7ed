"""Refresh tokens (RFC 6749 §1.5), which rotate: each is good for one use."""

from mongoengine import BooleanField, DateTimeField, ListField, StringField

from auth_service.models.single_use import SingleUse
from auth_service.models.token import Token


class RefreshToken(SingleUse, Token):
    """A refresh token. A used one stays until it expires, so that a second use is seen as reuse."""

    meta = {"collection": "refresh_tokens"}
    USED_AT = "rotated_at"

    rotated_at = DateTimeField()
    auth_time = DateTimeField()
    amr = ListField(StringField())
    acr = StringField()
    #: The `claims` parameter (OIDC Core §5.5), as JSON.
    claims = StringField()
    #: Whether it outlives the session that it came from: `offline_access` was allowed (OIDC Core §11).
    offline = BooleanField(default=False)
