"""The `claims` parameter (OIDC Core §5.5): single claims, asked for by name, for the id_token or for userinfo."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.standard_claims import CLAIM_PREFIX, SCOPE_OF

#: What was asked of each claim: `essential`, `value`, `values`, as far as they were given.
Requested = Mapping[str, Mapping[str, Any]]

_MAX_LENGTH = 8192
#: Claims about the authentication that can be asked for as well; others that are not known are ignored (§5.5).
_KNOWN = {"userinfo": {"sub", *SCOPE_OF}, "id_token": {"sub", "acr", "amr", "auth_time", *SCOPE_OF}}


@dataclass(frozen=True)
class ClaimsRequest:
    """The claims that were asked for, by where they are to go."""

    userinfo: Requested = field(default_factory=dict)
    id_token: Requested = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.userinfo or self.id_token)

    def to_json(self) -> str:
        """As it is stored: ASCII, without spaces, whatever came."""
        members = {"userinfo": self.userinfo, "id_token": self.id_token}
        return json.dumps({name: asked for name, asked in members.items() if asked}, separators=(",", ":"))

    def beyond(self, scope: list[str]) -> list[str]:
        """The claims about the person that no scope stands for, as a grant keeps them: `claim:birthdate`."""
        asked = {**self.userinfo, **self.id_token}
        return [CLAIM_PREFIX + claim for claim in asked if claim in SCOPE_OF and SCOPE_OF[claim] not in scope]


def parse(text: str | None) -> ClaimsRequest:
    """The parameter as it came, nothing asked for if it did not; raises InvalidRequest for a malformed one."""
    if text is None:
        return ClaimsRequest()
    if len(text) > _MAX_LENGTH:
        raise InvalidRequest("claims is too long")
    try:
        content = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InvalidRequest("claims is not well-formed JSON") from None
    if not isinstance(content, dict):
        raise InvalidRequest("claims must be a JSON object")
    return ClaimsRequest(**{name: _parse_member(name, content.get(name, {})) for name in _KNOWN})


def load(stored: str | None) -> ClaimsRequest:
    """What `to_json` wrote, nothing asked for if it is None."""
    return ClaimsRequest(**json.loads(stored)) if stored else ClaimsRequest()


def _parse_member(name: str, member: Any) -> Requested:
    if not isinstance(member, dict):
        raise InvalidRequest(f"claims: {name} must be a JSON object")
    asked = {claim: _parse_claim(name, options) for claim, options in member.items()}
    return {claim: options for claim, options in asked.items() if claim in _KNOWN[name]}


def _parse_claim(name: str, options: Any) -> dict[str, Any]:
    """OIDC Core §5.5.1: null, or an object with these members; others are ignored."""
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise InvalidRequest(f"claims: a claim of {name} must be null or a JSON object")
    if not isinstance(options.get("essential", False), bool):
        raise InvalidRequest(f"claims: essential must be true or false in {name}")
    if not isinstance(options.get("values", []), list):
        raise InvalidRequest(f"claims: values must be a list in {name}")
    return {key: options[key] for key in ("essential", "value", "values") if key in options}


def _refuse(constant: str) -> None:
    """NaN and Infinity are not JSON, though Python reads them."""
    raise ValueError(constant)
