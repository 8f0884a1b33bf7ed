"""What a relying party does with a JWT from here: find the key, check the signature, open the encryption."""

import base64
import json
import warnings
from typing import Any

from flask.testing import FlaskClient
from joserfc import jwe, jwt
from joserfc.jwk import Key, KeySet
from joserfc.jwt import Token


def verify(browser: FlaskClient, token: str, alg: str) -> Token:
    """Header and claims of a JWT, by the published keys; raises JoseError. The kid has to be the algorithm's."""
    keys = KeySet.import_key_set(browser.get("/oauth/jwks").json)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # RFC 9864 calls EdDSA Ed25519; joserfc says so
        found = jwt.decode(token, keys, [alg])
    assert keys.get_by_kid(found.header["kid"]).alg == alg
    return found


def decrypt(text: str, key: Key, alg: str) -> tuple[dict[str, Any], str]:
    """Header and content of a JWE to the relying party's key."""
    opened = jwe.decrypt_compact(text, key, [alg, "A256GCM"])
    return opened.headers(), opened.plaintext.decode()


def encode(part: Any) -> str:
    """A part of a JWT, as it stands in one."""
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part: str) -> Any:
    """What stands in a part of a JWT."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
