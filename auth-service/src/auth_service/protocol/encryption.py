"""Encryption to a client (RFC 7516; OIDC Core §16.14: sign, then encrypt): id_tokens and userinfo."""

from typing import TYPE_CHECKING

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import Key

from auth_service.protocol.client_keys import encryption_key_of
from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.remote_document import RemoteDocuments

if TYPE_CHECKING:
    from auth_service.protocol.client import RegisteredClient

ALGORITHMS = ("RSA-OAEP-256", "ECDH-ES")
CONTENT_ENCRYPTIONS = ("A256GCM",)


def encrypt(
    documents: RemoteDocuments,
    client: "RegisteredClient",
    text: str,
    alg: str,
    enc: str | None,
    *,
    nested: bool = True,
) -> str:
    """The text as a JWE to the client's own key; `nested` when it is a JWT itself (RFC 7519 §5.2).

    Raises InvalidRequest when there is no such key or it does not work: what should be secret is never sent in the
    clear instead.
    """
    key = find_key(documents, client, alg)
    enc = enc or CONTENT_ENCRYPTIONS[0]
    header = {"alg": alg, "enc": enc, "typ": "JWT"}
    if nested:
        header["cty"] = "JWT"
    if key.kid is not None:
        header["kid"] = key.kid
    try:
        return jwe.encrypt_compact(header, text, key, algorithms=[alg, enc])
    except (JoseError, ValueError) as error:
        raise InvalidRequest(
            "The client's key is not one that this could be encrypted to", f"encryption by {alg}: {error}"
        ) from None


def find_key(documents: RemoteDocuments, client: "RegisteredClient", alg: str) -> Key:
    """The client's key to encrypt to by this algorithm; raises InvalidRequest."""
    key = encryption_key_of(documents, client, alg)
    if key is None:
        raise InvalidRequest(
            "The client has no key that this could be encrypted to", f"no encryption key for {alg}"
        )
    return key
