"""Access tokens (RFC 6749 §1.4); `docs/token-contract.md` writes their shape down for resource servers."""

from typing import Any

from mongoengine import StringField

from auth_service.models.group_commit import GroupCommit
from auth_service.models.token import Token


class AccessToken(Token):
    """An access token, opaque or JWT (RFC 9068); both are introspected and revoked through this record."""

    # `kid` is there for JWTs only, so that opaque tokens cost nothing more.
    meta = {"collection": "access_tokens", "indexes": [{"fields": ["kid"], "sparse": True}]}

    format = StringField(choices=("opaque", "jwt"), default="opaque")
    #: The key that signed a JWT.
    kid = StringField()
    #: The subject as the client knows it; there only where that is another (OIDC Core §8.1).
    client_sub = StringField()
    #: The `claims` parameter (OIDC Core §5.5), as JSON; there only where one came.
    claims = StringField()

    @classmethod
    def record(cls, document: dict[str, Any]) -> None:
        """Insert a token that is being given, together with those that are given at the same moment."""
        _given.insert(document)

    @classmethod
    def revoke_signed_by(cls, kids: list[str]) -> int:
        """Revoke the JWTs that these keys signed; returns how many."""
        return cls._get_collection().delete_many({"kid": {"$in": kids}}).deleted_count


_given = GroupCommit(AccessToken._get_collection)
