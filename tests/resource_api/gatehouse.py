"""Gatehouse as resource-api knows it: documents of the token contract, and JWTs with their key set."""

import base64
import hashlib
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, jsonify, request
from joserfc import jwt
from joserfc.jwk import ECKey
from pymongo.database import Database

PERSON = "sub-of-alice-0001"
OTHER_PERSON = "sub-of-bob-00002"
ALL_SCOPES = "profile email notes:read notes:write"


class Clock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


class Gatehouse:
    """Issues tokens as the authorization server does, in the form that a strategy understands."""

    def __init__(self, database: Database, issuer: str, clock: Clock, token_format: str) -> None:
        self.database = database
        self.clock = clock
        self.token_format = token_format
        self.issuer = issuer
        self.jwks_uri = ""
        self.key = ECKey.generate_key("P-256", {"kid": "key-1", "use": "sig", "alg": "ES256"})
        self.published_keys = [self.key.as_dict(private=False)]
        self.key_set_requests = 0
        self.trouble = ""  # "down", "error" or "nonsense"

    def prepare(self) -> None:
        """Two people and two clients."""
        self.add_person(PERSON, username="alice", name="Alice Ångström", email="alice@example.com")
        self.add_person(OTHER_PERSON, username="bob", name="Bob", email="bob@example.com")
        self.add_client("web", client_name="A web app")
        self.add_client("robot", client_name="A robot")

    def add_person(self, sub: str, **profile: str) -> None:
        now = self.clock.now()
        times = {"created_at": now, "updated_at": now}
        person = {"_id": sub, "password_hash": "x", "email_verified": True, "roles": [], **times, **profile}
        self.database["users"].insert_one(person)

    def add_client(self, client_id: str, **metadata: Any) -> None:
        now = self.clock.now()
        client = {"_id": client_id, "secrets": [], "created_at": now, "updated_at": now, **metadata}
        self.database["clients"].insert_one(client)

    def issue(
        self,
        scope: str = ALL_SCOPES,
        *,
        sub: str | None = PERSON,
        client_sub: str | None = None,
        client_id: str = "web",
        audience: list[str] | None = None,
        seconds: float = 3600,
    ) -> str:
        """A new access token; `sub=None` makes one for the client itself."""
        now = self.clock.now()
        record = {
            "client_id": client_id,
            "sub": sub,
            "scope": scope,
            "aud": [f"{self.issuer}/api"] if audience is None else audience,
            "expires_at": now + timedelta(seconds=seconds),
        }
        if client_sub is not None:
            record["client_sub"] = client_sub
        token = (
            f"gat_{secrets.token_urlsafe(32)}"
            if self.token_format == "opaque"
            else self.sign(self.claims(record))
        )
        more = {"family": "f", "session_id": None, "issued_at": now, "format": self.token_format}
        self.database["access_tokens"].insert_one({"_id": hashed(token), **record, **more})
        return token

    def revoke(self, token: str) -> None:
        self.database["access_tokens"].delete_one({"_id": hashed(token)})

    def claims(self, record: dict[str, Any] | None = None) -> dict[str, Any]:
        """The claims of RFC 9068 §2.2 for a token's record, or for an ordinary one."""
        now = self.clock.now()
        record = record or {
            "client_id": "web",
            "sub": PERSON,
            "scope": ALL_SCOPES,
            "aud": [f"{self.issuer}/api"],
            "expires_at": now + timedelta(hours=1),
        }
        return {
            "iss": self.issuer,
            "sub": record["sub"] or record["client_id"],
            "aud": record["aud"],
            "client_id": record["client_id"],
            "scope": record["scope"],
            "iat": int(now.timestamp()),
            "exp": record["expires_at"].timestamp(),
            "jti": secrets.token_hex(8),
        }

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = None) -> str:
        """A JWT access token, by default exactly as Gatehouse makes it."""
        header = {"alg": "ES256", "typ": "at+jwt", "kid": "key-1"} if header is None else header
        return jwt.encode(header, claims, key or self.key, algorithms=[header["alg"]], default_type=None)

    def key_set_application(self, origin: str) -> Flask:
        """Serves the JWK Set."""
        app = Flask("jwks")

        @app.get("/jwks")
        def jwks() -> Any:
            self.key_set_requests += 1
            if self.trouble == "down":
                request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            if self.trouble == "error":
                return jsonify(keys=[]), 500
            return "<html>" if self.trouble == "nonsense" else jsonify(keys=self.published_keys)

        return app


def hashed(secret: str) -> str:
    """The `_id` of a token's record."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).rstrip(b"=").decode()
