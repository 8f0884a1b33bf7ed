"""Clients' public keys, by value (`jwks`) or by reference (`jwks_uri`) (OIDC Core §10, RFC 7517)."""

import json
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from auth_service.protocol.client_jwks import MAX_KEYS, check_jwks, fits_encryption, fits_signature
from auth_service.protocol.remote_document import RemoteDocumentError, RemoteDocuments

if TYPE_CHECKING:
    from auth_service.protocol.client import RegisteredClient

#: How old a client's JWK Set may be, as long as its keys are known by their `kid`.
MAX_AGE = timedelta(hours=1)
MAX_BYTES = 64 * 1024


class NoClientKey(Exception):
    """There is no key of the client to use. `reason` is for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def keys_of(documents: RemoteDocuments, client: "RegisteredClient", kid: str | None) -> tuple[Key, ...]:
    """The client's keys; fetched anew, not too often, when none has that `kid` (OIDC Core §10.1.1).

    Raises NoClientKey when it has registered none, or they cannot be fetched.
    """
    if client.jwks:
        return import_keys(json.dumps(client.jwks))
    if not client.jwks_uri:
        raise NoClientKey("the client has registered no keys")
    keys = _fetch(documents, client.jwks_uri, anew=False)
    if kid is not None and not any(key.kid == kid for key in keys):
        keys = _fetch(documents, client.jwks_uri, anew=True)
    return keys


def verification_key_of(
    documents: RemoteDocuments, client: "RegisteredClient", alg: str, kid: str | None
) -> Key:
    """The one key that a signature by this algorithm is checked with; raises NoClientKey.

    Without a `kid` there must be only one that it can be (OIDC Core §10.1).
    """
    fitting = [key for key in keys_of(documents, client, kid) if fits_signature(key.as_dict(), alg)]
    if kid is not None:
        fitting = [key for key in fitting if key.kid == kid]
    if not fitting:
        raise NoClientKey(f"the client has no key for {alg}" + (" with this kid" if kid is not None else ""))
    if len(fitting) > 1:
        raise NoClientKey(f"the client has {len(fitting)} keys for {alg} that it could be")
    return fitting[0]


def encryption_key_of(documents: RemoteDocuments, client: "RegisteredClient", alg: str) -> Key | None:
    """The client's newest-listed public key for encryption by this algorithm; None if there is none to be had."""
    try:
        keys = keys_of(documents, client, None)
    except NoClientKey:
        return None
    return next((key for key in keys if fits_encryption(key.as_dict(), alg)), None)


@lru_cache(maxsize=256)
def import_keys(text: str) -> tuple[Key, ...]:
    """The sound public keys of a JWK Set; others are left out (RFC 7517 §5). Raises NoClientKey.

    Remembered by its text, for importing an RSA key takes a tenth of a second. No `KeySet`: that would give those a
    `kid` which the client gave none.
    """
    try:
        given = json.loads(text)["keys"]
        return tuple(key for jwk in given[:MAX_KEYS] if (key := _import(jwk)) is not None)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NoClientKey("what the client has as its keys is no JWK Set") from None


def _fetch(documents: RemoteDocuments, url: str, *, anew: bool) -> tuple[Key, ...]:
    try:
        document = documents.get(url, max_bytes=MAX_BYTES, max_age=MAX_AGE, anew=anew)
        return import_keys(document.content.decode())
    except RemoteDocumentError as error:
        raise NoClientKey(f"jwks_uri: {error.reason}") from None
    except UnicodeDecodeError:
        raise NoClientKey("jwks_uri: is not UTF-8") from None


def _import(jwk: dict) -> Key | None:
    """One key as registration would keep it, or None: private, symmetric, unknown, too short, unsound, or for
    another use than signatures and encryption (RFC 7517 §4.2).
    """
    try:
        return JWKRegistry.import_key(check_jwks({"keys": [jwk]})["keys"][0])
    except (JoseError, ValueError):
        return None
