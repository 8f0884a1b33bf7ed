"""What is asked: each hot path, and the floor that it is compared with."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.benchmarks.answers import FORM, basic, bearer
from tests.benchmarks.login import Login
from tests.benchmarks.servers import Servers

FLOOR = "floor: a Flask view with one find_one"
UNPROTECTED = "/api/me without its check"


@dataclass(frozen=True)
class Target:
    """One request that is sent over and over; in a good answer `member` is there, and not false."""

    name: str
    url: str  # at the first replica
    member: str
    ports: tuple[int, ...] = ()  # of every replica; each gets half of the connections
    servers: tuple[tuple[int, ...], ...] = ()  # for each replica the gunicorns that it keeps busy
    floor: str | None = None  # the target that it is compared with
    method: str = "GET"
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    login: Login | None = None  # asked instead of that one request


def targets(servers: Servers) -> list[Target]:
    """All of them, in the table's order."""
    record = base64.urlsafe_b64encode(hashlib.sha256(servers.tokens.opaque.encode()).digest()).decode()
    floor_at, auth_at = at(servers, "floor"), at(servers, "auth-service")
    return [
        floor_at(FLOOR, f"/{record.rstrip('=')}", "active", floor=None),
        auth_at(  # RFC 7662, by a resource server
            "introspection of an opaque token",
            "/oauth/introspect",
            "active",
            method="POST",
            body=urlencode({"token": servers.tokens.opaque}),
            headers=basic("demo-api") | FORM,
        ),
        auth_at(  # RFC 6749 §4.4: a token that is journaled before it is given
            "issuance by client_credentials",
            "/oauth/token",
            "access_token",
            method="POST",
            body="grant_type=client_credentials",
            headers=basic("demo-service") | FORM,
        ),
        auth_at("login by code", "/oauth/token", "", login=Login.prepare(servers.url("auth-service"))),
        auth_at("userinfo", "/oauth/userinfo", "sub", headers=bearer(servers.tokens.openid)),
        auth_at("discovery", "/.well-known/openid-configuration", "issuer"),
        *protection(servers),
    ]


def protection(servers: Servers) -> list[Target]:
    """The same view, unprotected and under each strategy."""
    opaque, jwt = servers.tokens.opaque, servers.tokens.jwt

    def me(name: str, server: str, floor: str, token: str | None, *asked: str) -> Target:
        headers = bearer(token) if token else {}
        return at(servers, server, *asked)(name, "/api/me", "sub", floor=floor, headers=headers)

    return [
        me(UNPROTECTED, "unprotected", FLOOR, None),
        me("/api/me, shared_database", "shared_database", UNPROTECTED, opaque),
        me("/api/me, endpoint", "endpoint", UNPROTECTED, opaque, "auth-service"),
        me("/api/me, jwt", "jwt", UNPROTECTED, jwt),
    ]


def at(servers: Servers, server: str, *asked: str) -> Callable[..., Target]:
    """Makes targets at a server, which asks others; beside the first floor unless told otherwise."""

    def target(name: str, path: str, member: str, **more: object) -> Target:
        where = {"ports": servers.ports(server), "servers": servers.masters(server, *asked)}
        return Target(name, servers.url(server) + path, member, **{"floor": FLOOR} | where | more)  # type: ignore[arg-type]

    return target


def choose(all_of_them: list[Target], only: list[str] | None) -> list[Target]:
    """Those whose name contains one of the texts, and what they are compared with."""
    if only is None:
        return all_of_them
    named = [target for target in all_of_them if any(text in target.name for text in only)]
    wanted = {target.name for target in named} | {target.floor for target in named}
    wanted |= {target.floor for target in all_of_them if target.name in wanted}
    return [target for target in all_of_them if target.name in wanted]
