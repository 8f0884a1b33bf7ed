"""What is asked: each hot path, and the floor that it is compared with."""

import base64
import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.benchmarks.answers import FORM, basic, bearer
from tests.benchmarks.servers import Servers

FLOOR = "floor: a Flask view with one find_one"
UNPROTECTED = "/api/me without its check"


@dataclass(frozen=True)
class Target:
    """One request that is sent over and over; in a good answer `member` is there, and not false."""

    name: str
    url: str
    servers: tuple[int, ...]  # the gunicorns that it keeps busy
    member: str
    floor: str | None = None  # the target that it is compared with
    method: str = "GET"
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def targets(servers: Servers) -> list[Target]:
    """All of them, in the table's order."""
    record = base64.urlsafe_b64encode(hashlib.sha256(servers.tokens.opaque.encode()).digest()).decode()
    floor = Target(FLOOR, f"{servers.url('floor')}/{record.rstrip('=')}", servers.masters("floor"), "active")
    return [floor, introspection(servers), issuance(servers), *protection(servers)]


def introspection(servers: Servers) -> Target:
    """RFC 7662, by a resource server."""
    return Target(
        "introspection of an opaque token",
        f"{servers.url('auth-service')}/oauth/introspect",
        servers.masters("auth-service"),
        member="active",
        floor=FLOOR,
        method="POST",
        body=urlencode({"token": servers.tokens.opaque}),
        headers=basic("demo-api") | FORM,
    )


def issuance(servers: Servers) -> Target:
    """RFC 6749 §4.4: a token that is journaled before it is given."""
    return Target(
        "issuance by client_credentials",
        f"{servers.url('auth-service')}/oauth/token",
        servers.masters("auth-service"),
        member="access_token",
        floor=FLOOR,
        method="POST",
        body="grant_type=client_credentials",
        headers=basic("demo-service") | FORM,
    )


def protection(servers: Servers) -> list[Target]:
    """The same view, unprotected and under each strategy."""

    def me(name: str, server: str, floor: str, token: str | None, *asked: str) -> Target:
        url, masters = f"{servers.url(server)}/api/me", servers.masters(server, *asked)
        return Target(name, url, masters, "sub", floor, headers=bearer(token) if token else {})

    opaque, jwt, _ = servers.tokens
    return [
        me(UNPROTECTED, "unprotected", FLOOR, None),
        me("/api/me, shared_database", "shared_database", UNPROTECTED, opaque),
        me("/api/me, endpoint", "endpoint", UNPROTECTED, opaque, "auth-service"),
        me("/api/me, jwt", "jwt", UNPROTECTED, jwt),
    ]
