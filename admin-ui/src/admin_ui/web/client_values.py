"""Between a client's form and the admin API's JSON: what to register, and what differs from before."""

from typing import Any

from admin_ui.web.openid_client_fields import HYBRID

Values = dict[str, Any]


def data_of(client: Values) -> Values:
    """What the fields hold for an existing client."""
    scope = (client.get("scope") or "").split()
    return {**client, "scope": scope, "response_types": hybrids(client)}


def registration_of(fixed: Values, filled: Values) -> Values:
    """What to create a client with: what its kind fixes, and what was filled in."""
    given = {name: value for name, value in filled.items() if not is_empty(value)}
    return _as_sent({"scope": [], **fixed, **given, **_flows(fixed, filled)})


def changes_of(client: Values, filled: Values) -> Values:
    """What differs from the client's; what was cleared is null, or empty where null is none of its values."""
    before = data_of(client)
    changed = {
        name: value for name, value in filled.items() if comparable(value) != comparable(before.get(name))
    }
    return _as_sent(changed | (_flows(client, filled) if "response_types" in changed else {}))


def hybrids(client: Values) -> list[str]:
    """Those of its response types that the form offers."""
    return [name for name in client.get("response_types") or [] if name in HYBRID]


def is_empty(value: Any) -> bool:
    """Whether a field was left blank; no and zero are answers."""
    return value is None or value in ("", [])


def comparable(value: Any) -> Any:
    """The value as it is compared: blank is blank, and the order of a list does not matter."""
    if is_empty(value):
        return None
    return sorted(value) if isinstance(value, list) else value


def _flows(client: Values, filled: Values) -> Values:
    """The response types with those that the form does not offer, and the grants that they need (RFC 7591 §2.1)."""
    if "response_types" not in filled:
        return {}
    others = [name for name in client.get("response_types") or [] if name not in HYBRID]
    responses = [*others, *filled["response_types"]] or ["code"]
    grants = [name for name in client.get("grant_types") or [] if name != "implicit"]
    implicit = [] if responses == ["code"] else ["implicit"]
    return {"response_types": responses, "grant_types": [*grants, *implicit]}


def _as_sent(values: Values) -> Values:
    """Scopes as one string, and null for what is blank and no list."""
    blank_as_null = {
        name: value if isinstance(value, list) or not is_empty(value) else None
        for name, value in values.items()
    }
    if "scope" in values:
        blank_as_null["scope"] = " ".join(values["scope"])
    return blank_as_null
