"""What every template has at hand: the person, the navigation, the theme, dates in words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, request
from markupsafe import Markup

from admin_ui.current import admin_ui
from admin_ui.signed_in import Person, current_person
from admin_ui.web.client_types import type_of
from admin_ui.web.forms import described
from admin_ui.web.logout_deliveries import result_in_words
from admin_ui.web.theme import chosen_theme

UNITS = ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))

LENIENCY = 0.1  # of a unit: what was made for a week does not end "in 6 days" a moment later


@dataclass(frozen=True)
class Place:
    """An entry of the navigation; current while the address starts with its own."""

    title: str
    address: str
    icon: str

    @property
    def current(self) -> bool:
        """Whether the present page lies under this entry."""
        if self.address == "/admin/":
            return request.path == self.address
        return request.path.startswith(self.address)


EVERYTHING = (
    Place("Dashboard", "/admin/", icon="layout-dashboard"),
    Place("Clients", "/admin/clients", icon="apps"),
    Place("Users", "/admin/users", icon="users"),
    Place("Tokens", "/admin/tokens", icon="ticket"),
    Place("Grants", "/admin/grants", icon="checklist"),
    Place("Logouts", "/admin/logout-deliveries", icon="logout"),
    Place("Registration", "/admin/registration", icon="robot"),
    Place("Signing keys", "/admin/signing-keys", icon="key"),
)
OWN = (Place("My apps", "/admin/clients", icon="apps"),)


def init_app(app: Flask) -> None:
    """Register filters and what each template sees."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        when=when, client_type=type_of, grant_name=grant_name, result=result_in_words
    )
    app.jinja_env.globals["described"] = described

    @app.context_processor
    def surroundings() -> dict[str, Any]:
        """What each template sees."""
        person = current_person()
        return {
            "person": person,
            "places": places_of(person),
            "demo": admin_ui().settings.demo,
            "theme": chosen_theme(),
            "request_id": g.get("request_id", ""),
            "issuer": admin_ui().settings.issuer,
            "page_address": request.full_path.removesuffix("?"),
        }


def places_of(person: Person | None) -> tuple[Place, ...]:
    """The navigation for what the person may do."""
    if person is None:
        return ()
    return EVERYTHING if person.may_read else OWN


def grant_name(grant_type: str) -> str:
    """A grant type without what makes it unique and hard to read."""
    return grant_type.rpartition(":")[2].replace("_", " ")


def when(moment: str | float | None, empty: str = "never") -> Markup | str:
    """A moment (ISO 8601 or epoch seconds) as `<time>`: distance in words, the exact time in its title."""
    if moment is None:
        return empty
    exact = (
        datetime.fromisoformat(moment) if isinstance(moment, str) else datetime.fromtimestamp(moment, tz=UTC)
    )
    exact = exact.replace(tzinfo=UTC) if exact.tzinfo is None else exact.astimezone(UTC)
    distance = exact.timestamp() - admin_ui().clock.now()
    full = exact.strftime("%d %B %Y, %H:%M:%S UTC").lstrip("0")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact.strftime("%Y-%m-%dT%H:%M:%SZ"), full, in_words(distance)
    )


def in_words(distance: float) -> str:
    """Seconds from now as words: `in 5 minutes`, `2 days ago`, `just now`."""
    for seconds, unit in UNITS:
        number = int(abs(distance) / seconds + LENIENCY)
        if number:
            amount = f"{number} {unit}{'s' if number > 1 else ''}"
            return f"in {amount}" if distance > 0 else f"{amount} ago"
    return "in a moment" if distance > 1 else "just now"  # our own clock counts whole seconds
