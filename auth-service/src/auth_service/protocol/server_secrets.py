"""The server's own secrets: random, made once, and the same for as long as the database lives."""

import secrets

from auth_service.models import ServerSecret
from auth_service.protocol.sealed import Sealer, server_secret_context

#: Makes pairwise subjects (OIDC Core §8.1). Whoever had another one would give everybody another subject.
PAIRWISE_SALT = "pairwise_salt"
#: Hashes user codes (RFC 8628 §6.1), which are too short to be hashed without.
USER_CODE_KEY = "user_code_key"
NAMES = (PAIRWISE_SALT, USER_CODE_KEY)

_LENGTH = 32


class ServerSecretMissing(Exception):
    """`migrate` did not make it yet."""


class ServerSecrets:
    """The secrets as one process knows them: read and opened once."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._opened: dict[str, bytes] = {}

    def create_missing(self) -> None:
        """Make those that are not there. When two do so at once, the first one's stay."""
        for name in NAMES:
            sealed = self._sealer.seal(secrets.token_bytes(_LENGTH), server_secret_context(name))
            ServerSecret.objects(name=name).update_one(set_on_insert__sealed=sealed, upsert=True)

    def check(self) -> None:
        """Raise ServerSecretMissing unless `migrate` has made them all."""
        for name in NAMES:
            if ServerSecret.objects(name=name).first() is None:
                raise ServerSecretMissing(f"the database has no {name}: run `gatehouse migrate`")

    def pairwise_salt(self) -> bytes:
        """32 bytes; raises ServerSecretMissing or Unsealable."""
        return self._open(PAIRWISE_SALT)

    def user_code_key(self) -> bytes:
        """32 bytes; raises ServerSecretMissing or Unsealable."""
        return self._open(USER_CODE_KEY)

    def _open(self, name: str) -> bytes:
        if name not in self._opened:
            found = ServerSecret.objects(name=name).first()
            if found is None:
                raise ServerSecretMissing(f"the database has no {name}: run `gatehouse migrate`")
            self._opened[name] = self._sealer.open(bytes(found.sealed), server_secret_context(name))
        return self._opened[name]
