"""Access tokens (RFC 6749 §1.4); `docs/token-contract.md` writes their shape down for resource servers."""

from mongoengine import StringField

from auth_service.models.token import Token


class AccessToken(Token):
    """An access token, opaque or JWT (RFC 9068); both are introspected and revoked through this record."""

    meta = {"collection": "access_tokens"}

    format = StringField(choices=("opaque", "jwt"), default="opaque")
    #: The `claims` parameter (OIDC Core §5.5), as JSON; there only where one came.
    claims = StringField()
