"""Scopes (RFC 6749 §3.3): the catalogue, the words the consent page uses, and the audience each stands for."""

from dataclasses import dataclass

from auth_service.models import User
from auth_service.protocol.errors import InvalidScope
from auth_service.protocol.standard_claims import CLAIM_PREFIX
from auth_service.protocol.standard_claims import IN_WORDS as CLAIMS_IN_WORDS


@dataclass(frozen=True)
class Scope:
    """A scope: its name, what it lets an app do in plain words, and the path of the resource it is for.

    The path is empty for what concerns this server alone and opens no resource.
    """

    name: str
    description: str
    resource: str
    admin_only: bool = False


OPENID, OFFLINE_ACCESS = "openid", "offline_access"

CATALOGUE = {
    scope.name: scope
    for scope in (
        Scope(OPENID, "Know who you are", "/oauth/userinfo"),
        Scope("profile", "See your name and username, and the rest of your profile", "/api"),
        Scope("email", "See your email address", "/api"),
        Scope("address", "See your postal address", "/oauth/userinfo"),
        Scope("phone", "See your phone number", "/oauth/userinfo"),
        Scope(OFFLINE_ACCESS, "Keep this access when you are signed out", ""),
        Scope("notes:read", "Read your notes", "/api"),
        Scope("notes:write", "Write, change and delete your notes", "/api"),
        Scope("clients:own", "Manage the apps that you own", "/admin-api"),
        Scope("admin:read", "See all apps, users and tokens of this server", "/admin-api", admin_only=True),
        Scope(
            "admin:write", "Change all apps, users and tokens of this server", "/admin-api", admin_only=True
        ),
    )
}


def parse_scope(value: str | None) -> list[str]:
    """Split on spaces, drop repetitions, keep the order; raises InvalidScope for a scope that is not known."""
    scopes = list(dict.fromkeys((value or "").split(" ")))
    scopes = [scope for scope in scopes if scope]
    if any(scope not in CATALOGUE for scope in scopes):
        raise InvalidScope("A requested scope is not known to this server")
    return scopes


def describe(names: list[str]) -> list[tuple[str, str]]:
    """Each scope, and each single claim (`claim:birthdate`), with the plain words that say what it allows."""
    words = {name: scope.description for name, scope in CATALOGUE.items()}
    words |= {CLAIM_PREFIX + claim: f"See your {what}" for claim, what in CLAIMS_IN_WORDS.items()}
    return [(name, words[name]) for name in names if name in words]


def permitted_to(user: User, scopes: list[str]) -> list[str]:
    """What of the scope this person can give: administration only if the role is theirs (RFC 6749 §3.3)."""
    return [scope for scope in scopes if user.is_admin or not CATALOGUE[scope].admin_only]


def check_anything_left(asked: str | None, left: list[str]) -> None:
    """RFC 6749 §5.1: who asked for something is told what it got, which cannot be nothing; raises InvalidScope."""
    if (asked or "").strip() and not left:
        raise InvalidScope("Nothing of the scope can be given here")


def scope_member(scopes: list[str]) -> dict[str, str]:
    """The `scope` of a token response; without any there is none, since it has one name at least (RFC 6749 §3.3)."""
    return {"scope": " ".join(scopes)} if scopes else {}


def audience_of(issuer: str, scopes: list[str]) -> list[str]:
    """The resources that a token of this scope is for (RFC 9068 §3); the API when there is no scope."""
    resources = dict.fromkeys(CATALOGUE[scope].resource for scope in scopes if scope in CATALOGUE)
    return [issuer + resource for resource in resources if resource] or [f"{issuer}/api"]
