"""What is asked: each hot path, and the floor that it is compared with."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.answers import FORM, basic, bearer
from tests.benchmarks.login import Login
from tests.benchmarks.servers import AUTH_SERVICE, Servers

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


@dataclass(frozen=True)
class Plan:
    """A target before its servers run: whom it is asked of, and what, once their tokens are known."""

    name: str
    floor: str | None
    servers: tuple[str, ...]  # the first is asked, and asks the others
    member: str
    path: Callable[[Servers], str]
    request: Callable[[Servers], dict[str, Any]] = lambda _: {}  # further fields of `Target`

    def at(self, servers: Servers) -> Target:
        """The target at servers that run."""
        asked = self.servers[0]
        return Target(
            self.name,
            servers.url(asked) + self.path(servers),
            self.member,
            servers.ports(asked),
            servers.masters(*self.servers),
            self.floor,
            **self.request(servers),
        )


def record_of_token(servers: Servers) -> str:
    """The floor's path: the `_id` under which the opaque token is stored."""
    digest = hashlib.sha256(servers.tokens.opaque.encode()).digest()
    return f"/{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def introspection(servers: Servers) -> dict[str, Any]:
    """RFC 7662, by a resource server."""
    form = urlencode({"token": servers.tokens.opaque})
    return {"method": "POST", "body": form, "headers": basic("demo-api") | FORM}


def issuance(_: Servers) -> dict[str, Any]:
    """RFC 6749 §4.4: a token that is journaled before it is given."""
    form = "grant_type=client_credentials"
    return {"method": "POST", "body": form, "headers": basic("demo-service") | FORM}


def login(servers: Servers) -> dict[str, Any]:
    """OIDC Core §3.1, by somebody who has signed in before."""
    return {"login": Login.prepare(servers.url(AUTH_SERVICE))}


def with_token(kind: str) -> Callable[[Servers], dict[str, Any]]:
    """RFC 6750 §2.1, with one of `Tokens`."""
    return lambda servers: {"headers": bearer(getattr(servers.tokens, kind))}


def auth_service(name: str, path: str, member: str, *request: Callable[[Servers], dict[str, Any]]) -> Plan:
    """A path of auth-service, beside the first floor."""
    return Plan(name, FLOOR, (AUTH_SERVICE,), member, lambda _: path, *request)


def me(name: str, token: str, *servers: str) -> Plan:
    """The same view of resource-api, beside itself without any check."""
    return Plan(name, UNPROTECTED, servers, "sub", lambda _: "/api/me", with_token(token))


#: All of them, in the table's order.
PLANS = (
    Plan(FLOOR, None, ("floor",), "active", record_of_token),
    auth_service("introspection of an opaque token", "/oauth/introspect", "active", introspection),
    auth_service("issuance by client_credentials", "/oauth/token", "access_token", issuance),
    auth_service("login by code", "/oauth/token", "", login),
    auth_service("userinfo", "/oauth/userinfo", "sub", with_token("openid")),
    auth_service("discovery", "/.well-known/openid-configuration", "issuer"),
    Plan(UNPROTECTED, FLOOR, ("unprotected",), "sub", lambda _: "/api/me"),
    me("/api/me, shared_database", "opaque", "shared_database"),
    me("/api/me, endpoint", "opaque", "endpoint", AUTH_SERVICE),
    me("/api/me, jwt", "jwt", "jwt"),
)


def choose(only: Iterable[str] | None) -> list[Plan]:
    """Those whose name contains one of the texts, and what they are compared with; all of them for None."""
    wanted = {plan.name for plan in PLANS if only is None or any(text in plan.name for text in only)}
    for plan in reversed(PLANS):  # a floor stands before what is compared with it
        if plan.name in wanted and plan.floor:
            wanted.add(plan.floor)
    return [plan for plan in PLANS if plan.name in wanted]


def servers_of(plans: Iterable[Plan]) -> set[str]:
    """The names of the servers that these need."""
    return {server for plan in plans for server in plan.servers}
